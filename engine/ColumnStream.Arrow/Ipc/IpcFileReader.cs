using System;
using System.Buffers.Binary;
using System.IO;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Ipc;

/// <summary>Reads the Arrow file format batch by batch, in any order.</summary>
/// <remarks>
/// <code>
/// | ARROW1 00 00 | stream | footer | i32 footer bytes | ARROW1 |
/// </code>
/// One thread. Over a stream each body is read into its own buffer; over a buffer nothing is copied.
/// </remarks>
public sealed unsafe class IpcFileReader : IDisposable
{
    private const int TailBytes = 10;
    private const int HeadBytes = 8;
    private readonly IpcReaderOptions _options;
    private readonly BufferAllocator _allocator;
    private readonly MessageSource? _source;
    private readonly NativeBuffer? _file;
    private readonly BatchDecoder _decoder;
    private readonly (long Offset, int MetadataBytes, long BodyBytes)[] _blocks;

    /// <summary>Reads the footer of a seekable <paramref name="stream"/>, which is left open.</summary>
    /// <exception cref="IpcException">The bytes are not an Arrow file that is read here.</exception>
    public IpcFileReader(Stream stream, BufferAllocator allocator, IpcReaderOptions? options = null)
    {
        _options = options ?? IpcReaderOptions.Default;
        _allocator = allocator;
        _source = new MessageSource(stream, _options);
        (_blocks, _decoder) = Open(stream.Length);
    }

    /// <summary>
    /// Reads the footer of a file that fills <paramref name="file"/>, which is retained, never changed.
    /// </summary>
    /// <exception cref="IpcException">The bytes are not an Arrow file that is read here.</exception>
    public IpcFileReader(NativeBuffer file, BufferAllocator allocator, IpcReaderOptions? options = null)
    {
        _options = options ?? IpcReaderOptions.Default;
        _allocator = allocator;
        _file = file;
        (_blocks, _decoder) = Open(file.Length);
        file.Retain();
    }

    /// <summary>Gets the schema of the batches that are delivered.</summary>
    public Schema Schema => _decoder.Schema;

    /// <summary>Gets the number of batches.</summary>
    public int BatchCount => _blocks.Length;

    /// <summary>Reads one batch, owned by the caller.</summary>
    /// <exception cref="IpcException">The bytes are not a readable batch.</exception>
    /// <exception cref="MemoryLimitException">The body does not fit the account.</exception>
    public RecordBatch ReadBatch(int index)
    {
        (long offset, int metadataBytes, long bodyBytes) = _blocks[index];
        ReadOnlySpan<byte> block = ReadBytes(offset, metadataBytes);
        int prefix = BinaryPrimitives.ReadInt32LittleEndian(block) == Wire.Continuation ? 8 : 4;
        int length = BinaryPrimitives.ReadInt32LittleEndian(block[(prefix - 4)..]);
        if (length <= 0 || length > metadataBytes - prefix)
        {
            throw new IpcException($"Metadata does not fit its block: {length}, {metadataBytes}.", offset);
        }

        MessageHeader header = MessageHeader.Parse(block.Slice(prefix, length), offset + prefix);
        header.Expect(MessageKind.RecordBatch);
        if (header.BodyLength > bodyBytes)
        {
            throw new IpcException($"Body does not fit its block: {header.BodyLength}, {bodyBytes}.", offset);
        }

        long bodyPosition = offset + metadataBytes;
        if (_file is not null)
        {
            return _decoder.Decode(header, _file, bodyPosition, bodyPosition);
        }

        _source!.Seek(bodyPosition);
        NativeBuffer body = _source.ReadBody(header.BodyLength, _allocator);
        try
        {
            return _decoder.Decode(header, body, 0, bodyPosition);
        }
        finally
        {
            body.Release();
        }
    }

    /// <summary>Lets go of the buffer, if any, and frees the decompressors; batches stay valid.</summary>
    public void Dispose()
    {
        _decoder.Dispose();
        _file?.Release();
    }

    private ((long Offset, int MetadataBytes, long BodyBytes)[] Blocks, BatchDecoder Decoder) Open(long fileBytes)
    {
        if (fileBytes < HeadBytes + TailBytes || !ReadBytes(0, Wire.Magic.Length).SequenceEqual(Wire.Magic))
        {
            throw new IpcException("File does not begin with ARROW1.", 0);
        }

        ReadOnlySpan<byte> tail = ReadBytes(fileBytes - TailBytes, TailBytes);
        int footerBytes = BinaryPrimitives.ReadInt32LittleEndian(tail);
        if (!tail[4..].SequenceEqual(Wire.Magic))
        {
            throw new IpcException("File does not end with ARROW1: it is not complete.", fileBytes - 6);
        }

        long footerPosition = fileBytes - TailBytes - footerBytes;
        if (footerBytes <= 0 || footerBytes > _options.MaxMetadataBytes || footerPosition < HeadBytes)
        {
            throw new IpcException($"Footer has an impossible length: {footerBytes}.", fileBytes - TailBytes);
        }

        FlatTable footer = new FlatBufferReader(ReadBytes(footerPosition, footerBytes), footerPosition).Root();
        short version = footer.Get<short>(0, 0);
        if (version is not (Wire.VersionV4 or Wire.VersionV5))
        {
            throw footer.Reader.Error($"Footer version is not V4 or V5: V{version + 1}.", footer.Position);
        }

        Schema stored = SchemaDecoder.Decode(footer.GetTable(1, "schema"));
        FlatVector vector = footer.GetVector(3, Wire.BlockBytes);
        var blocks = new (long Offset, int MetadataBytes, long BodyBytes)[vector.Count];
        for (int i = 0; i < blocks.Length; i++)
        {
            int entry = vector.Start + (i * Wire.BlockBytes);
            long offset = footer.Reader.Read<long>(entry);
            int metadataBytes = footer.Reader.Read<int>(entry + 8);
            long bodyBytes = footer.Reader.Read<long>(entry + 16);
            if (offset < HeadBytes || offset > footerPosition || metadataBytes < 8 || bodyBytes < 0
                || metadataBytes > _options.MaxMetadataBytes
                || bodyBytes > footerPosition - offset
                || metadataBytes > footerPosition - offset - bodyBytes)
            {
                throw footer.Reader.Error(
                    $"Block is outside the file: {offset}, {metadataBytes}, {bodyBytes}.", entry);
            }

            blocks[i] = (offset, metadataBytes, bodyBytes);
        }

        return (blocks, new BatchDecoder(stored, _allocator, _options));
    }

    private ReadOnlySpan<byte> ReadBytes(long position, int length)
    {
        if (_file is not null)
        {
            return new ReadOnlySpan<byte>(_file.Pointer + position, length);
        }

        _source!.Seek(position);
        return _source.ReadBytes(length);
    }
}
