using System;
using System.Runtime.InteropServices;

namespace ColumnStream.Arrow.Ipc;

/// <summary>Compresses and decompresses whole buffers as LZ4 or Zstandard frames. One thread.</summary>
internal sealed unsafe class BodyCodec : IDisposable
{
    private nint _zstdCompressor;
    private nint _zstdDecompressor;
    private nint _lz4Decompressor;

    ~BodyCodec() => Free();

    /// <summary>Returns the most bytes that <paramref name="sourceBytes"/> can become.</summary>
    /// <exception cref="IpcException">The codec's library is missing.</exception>
    public static long Bound(IpcCompression codec, long sourceBytes)
    {
        NativeCodecs.Require(codec);
        return codec == IpcCompression.Zstd
            ? (long)NativeCodecs.ZstdBound((nuint)sourceBytes)
            : (long)NativeCodecs.Lz4Bound((nuint)sourceBytes, null);
    }

    /// <summary>
    /// Compresses into the target, which holds <see cref="Bound"/> bytes, and returns the bytes written.
    /// </summary>
    public long Compress(
        IpcCompression codec, byte* source, long sourceBytes, byte* target, long targetBytes, int zstdLevel)
    {
        nuint written;
        bool failed;
        if (codec == IpcCompression.Zstd)
        {
            _zstdCompressor = _zstdCompressor != 0 ? _zstdCompressor : Created(NativeCodecs.ZstdCreateCompressor());
            written = NativeCodecs.ZstdCompress(
                _zstdCompressor, target, (nuint)targetBytes, source, (nuint)sourceBytes, zstdLevel);
            failed = NativeCodecs.ZstdIsError(written) != 0;
        }
        else
        {
            written = NativeCodecs.Lz4Compress(target, (nuint)targetBytes, source, (nuint)sourceBytes, null);
            failed = NativeCodecs.Lz4IsError(written) != 0;
        }

        return failed ? throw new InvalidOperationException($"Buffer cannot be compressed: {codec}.") : (long)written;
    }

    /// <summary>Decompresses one frame that must give exactly <paramref name="targetBytes"/>.</summary>
    /// <returns>Null, or what is wrong.</returns>
    /// <exception cref="IpcException">The codec's library is missing.</exception>
    public string? Decompress(IpcCompression codec, byte* source, long sourceBytes, byte* target, long targetBytes)
    {
        NativeCodecs.Require(codec);
        return codec == IpcCompression.Zstd
            ? DecompressZstd(source, sourceBytes, target, targetBytes)
            : DecompressLz4(source, sourceBytes, target, targetBytes);
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private string? DecompressZstd(byte* source, long sourceBytes, byte* target, long targetBytes)
    {
        _zstdDecompressor = _zstdDecompressor != 0 ? _zstdDecompressor : Created(NativeCodecs.ZstdCreateDecompressor());
        nuint written = NativeCodecs.ZstdDecompress(
            _zstdDecompressor, target, (nuint)targetBytes, source, (nuint)sourceBytes);
        return NativeCodecs.ZstdIsError(written) != 0 ? Text(NativeCodecs.ZstdErrorName(written))
            : (long)written == targetBytes ? null
            : $"gives {written} bytes, declared {targetBytes}";
    }

    private string? DecompressLz4(byte* source, long sourceBytes, byte* target, long targetBytes)
    {
        if (_lz4Decompressor == 0)
        {
            nint context = 0;
            NativeCodecs.Lz4CreateDecompressor(&context, NativeCodecs.Lz4Version);
            _lz4Decompressor = Created(context);
        }

        NativeCodecs.Lz4Reset(_lz4Decompressor);
        long read = 0;
        long written = 0;
        while (true)
        {
            var readNow = (nuint)(sourceBytes - read);
            var writtenNow = (nuint)(targetBytes - written);
            nuint hint = NativeCodecs.Lz4Decompress(
                _lz4Decompressor, target + written, &writtenNow, source + read, &readNow, null);
            if (NativeCodecs.Lz4IsError(hint) != 0)
            {
                return Text(NativeCodecs.Lz4ErrorName(hint));
            }

            read += (long)readNow;
            written += (long)writtenNow;
            if (hint == 0)
            {
                return written == targetBytes ? null : $"gives {written} bytes, declared {targetBytes}";
            }

            if (readNow == 0 && writtenNow == 0)
            {
                return written == targetBytes ? $"gives more than the declared {targetBytes} bytes" : "ends early";
            }
        }
    }

    private static nint Created(nint context) => context != 0 ? context : throw new OutOfMemoryException();

    private static string Text(byte* name) => Marshal.PtrToStringUTF8((nint)name) ?? "unknown error";

    private void Free()
    {
        if (_zstdCompressor != 0)
        {
            _ = NativeCodecs.ZstdFreeCompressor(_zstdCompressor);
        }

        if (_zstdDecompressor != 0)
        {
            _ = NativeCodecs.ZstdFreeDecompressor(_zstdDecompressor);
        }

        if (_lz4Decompressor != 0)
        {
            _ = NativeCodecs.Lz4FreeDecompressor(_lz4Decompressor);
        }

        _zstdCompressor = 0;
        _zstdDecompressor = 0;
        _lz4Decompressor = 0;
    }
}
