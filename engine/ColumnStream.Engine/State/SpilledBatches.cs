using System;
using System.IO;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;

namespace ColumnStream.Engine.State;

/// <summary>Keeps batches on disk, each as one Arrow stream behind the kinds of its rows. One thread.</summary>
internal sealed unsafe class SpilledBatches(StateSpill spill, BufferAllocator account) : IDisposable
{
    private static readonly IpcWriterOptions Format = new() { KeepDecimal64 = true };
    private static readonly IpcReaderOptions ReadFormat = new() { TextAsViews = true };
    private readonly SpilledBlocks _blocks = new(spill);
    private readonly MemoryStream _stream = new();
    private byte[] _read = [];

    /// <summary>Gets the bytes on disk.</summary>
    public long Bytes => _blocks.Bytes;

    /// <summary>Writes rows, which are borrowed, with their kinds, or none.</summary>
    /// <exception cref="Errors.ExternalException">The disk is full or failed.</exception>
    public Stored Write(RecordBatch rows, ReadOnlySpan<byte> kinds)
    {
        _stream.SetLength(0);
        _stream.Write(kinds);
        using (var writer = new IpcStreamWriter(_stream, rows.Schema, account, Format))
        {
            writer.Write(rows);
            writer.Finish();
        }

        SpilledBlocks.Block block = _blocks.Write(_stream.GetBuffer().AsSpan(0, (int)_stream.Length));
        return new Stored(block, rows.Schema, kinds.Length);
    }

    /// <summary>Reads a batch, which belongs to the caller; it stays on disk.</summary>
    /// <exception cref="Errors.ExternalException">The disk failed, or what came back is not what was written.</exception>
    public StreamBatch Read(Stored stored)
    {
        int length = stored.Block.Length;
        if (_read.Length < length)
        {
            _read = new byte[length];
        }

        _blocks.Read(stored.Block, _read.AsSpan(0, length));
        NativeBuffer? kinds = null;
        RecordBatch? read = null;
        try
        {
            if (stored.KindBytes > 0)
            {
                kinds = account.Allocate(stored.KindBytes);
                _read.AsSpan(0, stored.KindBytes).CopyTo(kinds.Span);
            }

            using var stream = new MemoryStream(_read, stored.KindBytes, length - stored.KindBytes, writable: false);
            using var reader = new IpcStreamReader(stream, account, ReadFormat);
            read = reader.Read()!;
            return new StreamBatch(Named(read, stored.Schema), kinds);
        }
        catch
        {
            kinds?.Release();
            throw;
        }
        finally
        {
            read?.Release();
        }
    }

    /// <summary>Reads a batch back, whose room on disk is free from then on.</summary>
    /// <exception cref="Errors.ExternalException">The disk failed, or what came back is not what was written.</exception>
    public StreamBatch Take(Stored stored)
    {
        StreamBatch batch = Read(stored);
        Drop(stored);
        return batch;
    }

    /// <summary>Gives the room of a batch back that nobody will read.</summary>
    public void Drop(Stored stored) => _blocks.Drop(stored.Block);

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    /// <summary>Puts columns under the schema that they had.</summary>
    private static RecordBatch Named(RecordBatch read, Schema schema)
    {
        var columns = new ArrayData[read.Columns.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = read.Columns[i].Retain();
        }

        try
        {
            return new RecordBatch(schema, columns, read.Length);
        }
        catch
        {
            foreach (ArrayData column in columns)
            {
                column.Release();
            }

            throw;
        }
    }

    /// <summary>Names a batch on disk.</summary>
    /// <param name="Block">Where it stands.</param>
    /// <param name="Schema">Its columns.</param>
    /// <param name="KindBytes">Its rows where they have kinds, else 0.</param>
    internal sealed record Stored(SpilledBlocks.Block Block, Schema Schema, int KindBytes);
}
