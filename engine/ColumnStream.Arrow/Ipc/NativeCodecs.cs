using System.Runtime.InteropServices;

namespace ColumnStream.Arrow.Ipc;

/// <summary>Declares what is used of libzstd and liblz4.</summary>
internal static unsafe partial class NativeCodecs
{
    private const string Zstd = "libzstd.so.1";
    private const string Lz4 = "liblz4.so.1";
    private static readonly bool s_hasZstd = IsPresent(Zstd);
    private static readonly bool s_hasLz4 = IsPresent(Lz4);

    /// <summary>LZ4F_VERSION: the frame interface that is spoken here.</summary>
    public const uint Lz4Version = 100;

    /// <summary>Refuses a codec whose library this machine lacks.</summary>
    /// <exception cref="IpcException">It is missing; the message names it.</exception>
    public static void Require(IpcCompression codec)
    {
        if (codec == IpcCompression.Zstd ? !s_hasZstd : !s_hasLz4)
        {
            throw Missing(codec == IpcCompression.Zstd ? Zstd : Lz4, codec);
        }
    }

    public static bool IsPresent(string library) =>
        NativeLibrary.TryLoad(library, typeof(NativeCodecs).Assembly, null, out _);

    public static IpcException Missing(string library, IpcCompression codec) => new(
        $"Library is missing: {library}, which {codec} bodies need. Install it, or write without compression.", 0);

    [LibraryImport(Zstd, EntryPoint = "ZSTD_compressBound")]
    public static partial nuint ZstdBound(nuint sourceBytes);

    [LibraryImport(Zstd, EntryPoint = "ZSTD_createCCtx")]
    public static partial nint ZstdCreateCompressor();

    [LibraryImport(Zstd, EntryPoint = "ZSTD_freeCCtx")]
    public static partial nuint ZstdFreeCompressor(nint context);

    [LibraryImport(Zstd, EntryPoint = "ZSTD_compressCCtx")]
    public static partial nuint ZstdCompress(
        nint context, byte* target, nuint targetBytes, byte* source, nuint sourceBytes, int level);

    [LibraryImport(Zstd, EntryPoint = "ZSTD_createDCtx")]
    public static partial nint ZstdCreateDecompressor();

    [LibraryImport(Zstd, EntryPoint = "ZSTD_freeDCtx")]
    public static partial nuint ZstdFreeDecompressor(nint context);

    [LibraryImport(Zstd, EntryPoint = "ZSTD_decompressDCtx")]
    public static partial nuint ZstdDecompress(
        nint context, byte* target, nuint targetBytes, byte* source, nuint sourceBytes);

    [LibraryImport(Zstd, EntryPoint = "ZSTD_isError")]
    public static partial uint ZstdIsError(nuint code);

    [LibraryImport(Zstd, EntryPoint = "ZSTD_getErrorName")]
    public static partial byte* ZstdErrorName(nuint code);

    [LibraryImport(Lz4, EntryPoint = "LZ4F_compressFrameBound")]
    public static partial nuint Lz4Bound(nuint sourceBytes, void* preferences);

    [LibraryImport(Lz4, EntryPoint = "LZ4F_compressFrame")]
    public static partial nuint Lz4Compress(
        byte* target, nuint targetBytes, byte* source, nuint sourceBytes, void* preferences);

    [LibraryImport(Lz4, EntryPoint = "LZ4F_createDecompressionContext")]
    public static partial nuint Lz4CreateDecompressor(nint* context, uint version);

    [LibraryImport(Lz4, EntryPoint = "LZ4F_freeDecompressionContext")]
    public static partial nuint Lz4FreeDecompressor(nint context);

    [LibraryImport(Lz4, EntryPoint = "LZ4F_resetDecompressionContext")]
    public static partial void Lz4Reset(nint context);

    [LibraryImport(Lz4, EntryPoint = "LZ4F_decompress")]
    public static partial nuint Lz4Decompress(
        nint context, byte* target, nuint* targetBytes, byte* source, nuint* sourceBytes, void* options);

    [LibraryImport(Lz4, EntryPoint = "LZ4F_isError")]
    public static partial uint Lz4IsError(nuint code);

    [LibraryImport(Lz4, EntryPoint = "LZ4F_getErrorName")]
    public static partial byte* Lz4ErrorName(nuint code);
}
