using System;
using System.Buffers.Binary;
using System.Collections.Generic;
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
    private readonly Block[] _blocks;
    private Block[] _dictionaryBlocks = [];
    private bool _hasDictionaries;

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

    /// <summary>Gets the key-value metadata of the footer, which is not the schema's.</summary>
    public ValueList<MetadataEntry> Metadata { get; private set; }

    /// <summary>Reads one batch, owned by the caller.</summary>
    /// <exception cref="IpcException">The bytes are not a readable batch.</exception>
    /// <exception cref="MemoryLimitException">The body does not fit the account.</exception>
    public RecordBatch ReadBatch(int index)
    {
        if (!_hasDictionaries)
        {
            ReadDictionaries();
            _hasDictionaries = true;
        }

        Block block = _blocks[index];
        MessageHeader header = ReadHeader(block);
        header.Expect(MessageKind.RecordBatch);
        NativeBuffer body = ReadBody(block, header, out long offset);
        try
        {
            return _decoder.Decode(header, body, offset, block.BodyPosition);
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

    private (Block[] Blocks, BatchDecoder Decoder) Open(long fileBytes)
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
        Metadata = footer.Has(4) ? SchemaDecoder.DecodeEntries(footer, 4) : default;
        _dictionaryBlocks = ReadBlocks(footer, 2, footerPosition);
        return (ReadBlocks(footer, 3, footerPosition), new BatchDecoder(stored, _allocator, _options));
    }

    private Block[] ReadBlocks(FlatTable footer, int field, long end)
    {
        FlatVector vector = footer.GetVector(field, Wire.BlockBytes);
        var blocks = new Block[vector.Count];
        for (int i = 0; i < blocks.Length; i++)
        {
            int entry = vector.Start + (i * Wire.BlockBytes);
            long offset = footer.Reader.Read<long>(entry);
            int metadataBytes = footer.Reader.Read<int>(entry + 8);
            long bodyBytes = footer.Reader.Read<long>(entry + 16);
            if (offset < HeadBytes || offset > end || metadataBytes < 8 || bodyBytes < 0
                || metadataBytes > _options.MaxMetadataBytes
                || bodyBytes > end - offset
                || metadataBytes > end - offset - bodyBytes)
            {
                throw footer.Reader.Error(
                    $"Block is outside the file: {offset}, {metadataBytes}, {bodyBytes}.", entry);
            }

            blocks[i] = new Block(offset, metadataBytes, bodyBytes);
        }

        return blocks;
    }

    /// <summary>Reads all dictionaries, those inside others' values first, additions in the footer's order.</summary>
    private void ReadDictionaries()
    {
        if (_dictionaryBlocks.Length == 0)
        {
            return;
        }

        _decoder.ClearDictionaries();
        var blocksOf = new Dictionary<long, List<Block>>();
        var offsets = new HashSet<long>();
        foreach (Block block in _dictionaryBlocks)
        {
            MessageHeader header = ReadHeader(block);
            header.Expect(MessageKind.DictionaryBatch);
            long id = _decoder.DictionaryId(header);
            bool isFirst = blocksOf.TryAdd(id, []);
            if (!offsets.Add(block.Offset) || (!isFirst && header.Table.Get<byte>(2, 0) == 0))
            {
                throw new IpcException($"Dictionary stands twice in a file: {id}.", block.Offset);
            }

            blocksOf[id].Add(block);
        }

        foreach (long id in _decoder.DictionaryOrder)
        {
            foreach (Block block in blocksOf.GetValueOrDefault(id, []))
            {
                MessageHeader header = ReadHeader(block);
                NativeBuffer body = ReadBody(block, header, out long offset);
                try
                {
                    _decoder.DecodeDictionary(header, body, offset, block.BodyPosition);
                }
                finally
                {
                    body.Release();
                }
            }
        }
    }

    private MessageHeader ReadHeader(Block block)
    {
        ReadOnlySpan<byte> bytes = ReadBytes(block.Offset, block.MetadataBytes);
        int prefix = BinaryPrimitives.ReadInt32LittleEndian(bytes) == Wire.Continuation ? 8 : 4;
        int length = BinaryPrimitives.ReadInt32LittleEndian(bytes[(prefix - 4)..]);
        if (length <= 0 || length > block.MetadataBytes - prefix)
        {
            throw new IpcException($"Metadata does not fit its block: {length}, {block.MetadataBytes}.", block.Offset);
        }

        MessageHeader header = MessageHeader.Parse(bytes.Slice(prefix, length), block.Offset + prefix);
        return header.BodyLength <= block.BodyBytes
            ? header
            : throw new IpcException(
                $"Body does not fit its block: {header.BodyLength}, {block.BodyBytes}.", block.Offset);
    }

    /// <summary>Reads a body, or retains the buffer that holds it at <paramref name="offset"/>.</summary>
    private NativeBuffer ReadBody(Block block, MessageHeader header, out long offset)
    {
        if (_file is not null)
        {
            offset = block.BodyPosition;
            return _file.Retain();
        }

        offset = 0;
        _source!.Seek(block.BodyPosition);
        return _source.ReadBody(header.BodyLength, _allocator);
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

    private readonly record struct Block(long Offset, int MetadataBytes, long BodyBytes)
    {
        public long BodyPosition => Offset + MetadataBytes;
    }
}
