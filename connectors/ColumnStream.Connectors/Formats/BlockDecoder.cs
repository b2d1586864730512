using System;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Memory;
using ColumnStream.Connectors.Formats.Columns;
using ColumnStream.Engine.Elements;

namespace ColumnStream.Connectors.Formats;

/// <summary>Decodes records that end at a line feed, from bytes that come in blocks of any size, into batches.</summary>
/// <remarks>
/// One thread; one split at a time: <see cref="Begin"/>, then <see cref="Decode"/> in a loop; on
/// <see cref="DecodeStatus.NeedInput"/> read into <see cref="GetSpace"/> and <see cref="Advance"/>, or
/// <see cref="Complete"/> at the end. Rows are atomic: a wrong record leaves nothing behind.
/// <code>
/// block: 64 B head room | … | Cursor: next record … Limit: behind the last '\n' | begun record … Filled | 128 B tail
/// </code>
/// Batches hold references to blocks only where long text columns point into them.
/// </remarks>
public abstract unsafe class BlockDecoder : IDisposable
{
    private const int HeadBytes = 64;
    private const int TailBytes = 128;
    private const int RawLimit = 64 << 10;
    private readonly FormatContext _context;
    private NativeBuffer? _block;
    private byte* _filled;
    private long _blockPosition;
    private long _takenPosition;
    private long _takenLine;
    private long _batchBytes;
    private string _file = string.Empty;
    private DecodeError? _error;
    private bool _atStart;
    private bool _completed;
    private bool _dropping;

    private protected BlockDecoder(FormatContext context)
    {
        _context = context;
        Columns = new ColumnSet(context);
    }

    /// <summary>Gets the byte offset behind the last record that was delivered or left out; where a checkpoint goes on.</summary>
    /// <remarks>While decoded rows wait to be taken, it is the offset of their first.</remarks>
    public long Position => Columns.Rows == 0 ? CursorPosition : _takenPosition;

    /// <summary>Gets the line, from 1, that stands at <see cref="Position"/>.</summary>
    public long Line => Columns.Rows == 0 ? CurrentLine : _takenLine;

    /// <summary>Gets the byte offset at which the next bytes must be read.</summary>
    public long ReadPosition => _blockPosition + (_block is null ? 0 : _filled - Start);

    /// <summary>Gets the rows that wait to be taken.</summary>
    public int Rows => Columns.Rows;

    /// <summary>Gets the records left out because the format's own option says to ignore them.</summary>
    public long IgnoredRecords { get; private protected set; }

    /// <summary>Gets what is wrong, after <see cref="DecodeStatus.Error"/>.</summary>
    /// <exception cref="InvalidOperationException">There was no error.</exception>
    public DecodeError Error => _error ?? throw new InvalidOperationException("Decoder has no error.");

    private protected ColumnSet Columns { get; }

    private protected byte* Cursor { get; set; }

    private protected byte* Limit { get; private set; }

    private protected long CurrentLine { get; set; }

    /// <summary>Gets whether a byte order mark at the beginning of a split is left out.</summary>
    private protected virtual bool SkipsMark => true;

    /// <summary>Gets whether no bytes will follow.</summary>
    private protected bool IsLast => _completed;

    private byte* Start => _block!.Pointer + HeadBytes;

    private long CursorPosition => _blockPosition + (_block is null ? 0 : Cursor - Start);

    /// <summary>Starts a split at a position and line that a decoder gave before; 0 and 1 for its beginning.</summary>
    /// <remarks>Rows of a former split must have been taken; they are dropped.</remarks>
    public void Begin(string file, long position = 0, long line = 1)
    {
        _block?.Release();
        _block = null;
        Columns.Reset();
        _file = file;
        _blockPosition = position;
        _takenPosition = position;
        _takenLine = line;
        _batchBytes = 0;
        CurrentLine = line;
        Cursor = Limit = _filled = null;
        _atStart = position == 0 && SkipsMark;
        _completed = _dropping = false;
        OnBegin(position);
    }

    /// <summary>Gives room for the next bytes of the split; valid until the next call to this decoder.</summary>
    public Span<byte> GetSpace()
    {
        if (_block is null)
        {
            Replace(_context.BlockBytes);
        }

        long room = _block!.Capacity - HeadBytes - TailBytes;
        byte* end = Start + room;
        if (end - _filled < Math.Max(1, room / 4))
        {
            long pending = _filled - Cursor;
            if (pending > room / 2 || _block.IsShared)
            {
                Replace((int)Math.Max(_context.BlockBytes, Math.Min((pending * 2) + 512, int.MaxValue / 2)));
            }
            else
            {
                Buffer.MemoryCopy(Cursor, Start, _block.Capacity, pending);
                _blockPosition += Cursor - Start;
                Limit = Start + (Limit - Cursor);
                Cursor = Start;
                _filled = Start + pending;
            }

            end = _block.Pointer + _block.Capacity - TailBytes;
        }

        return new Span<byte>(_filled, (int)(end - _filled));
    }

    /// <summary>Counts bytes read into the room.</summary>
    public void Advance(int bytes)
    {
        var added = new Span<byte>(_filled, bytes);
        if (_dropping)
        {
            int first = added.IndexOf((byte)'\n');
            if (first < 0)
            {
                _blockPosition += bytes;
                return;
            }

            _dropping = false;
            CurrentLine++;
            Cursor = Limit = _filled + first + 1;
        }

        int last = added.LastIndexOf((byte)'\n');
        if (last >= 0)
        {
            Limit = _filled + last + 1;
        }

        _filled += bytes;
    }

    /// <summary>Declares the end of the split: a last record without a line feed counts.</summary>
    public void Complete()
    {
        _completed = true;
        if (_block is not null && _filled > Limit && !_dropping)
        {
            *_filled = (byte)'\n';
            Limit = _filled + 1;
        }
    }

    /// <summary>Decodes until the batch is full, the bytes are used up, or a record is wrong.</summary>
    public DecodeStatus Decode()
    {
        while (true)
        {
            if (Columns.Rows >= _context.MaxRows || (_batchBytes >= _context.MaxBatchBytes && Columns.Rows > 0))
            {
                return DecodeStatus.Full;
            }

            if (Cursor >= Limit)
            {
                return AtLimit();
            }

            if (Columns.Rows == 0)
            {
                _batchBytes = 0;
            }

            if (_atStart)
            {
                SkipMark();
            }

            Columns.UseBlock(_block!);
            byte* from = Cursor;
            byte* stop = (byte*)Math.Min((nint)Limit, (nint)(from + _context.MaxBatchBytes - _batchBytes));
            bool good = DecodeBlock(stop);
            _batchBytes += Cursor - from;
            if (!good)
            {
                return DecodeStatus.Error;
            }

            if (Cursor == from)
            {
                return AtLimit();
            }
        }
    }

    /// <summary>Gives the records decoded so far as a batch, or null when there are none; the caller owns it.</summary>
    public RecordBatch? TakeBatch()
    {
        RecordBatch? batch = Columns.Take();
        _takenPosition = CursorPosition;
        _takenLine = CurrentLine;
        _batchBytes = 0;
        return batch;
    }

    /// <summary>Gives what the rows decoded so far mean, with their kinds, or null when that is nothing; the caller owns it.</summary>
    public virtual StreamBatch? TakeRows() => TakeBatch() is { } batch ? new StreamBatch(batch) : null;

    /// <summary>Gives back all memory.</summary>
    public void Dispose()
    {
        _block?.Release();
        _block = null;
        Columns.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Decodes records from the cursor while it is before <paramref name="stop"/> and there is room for rows.</summary>
    /// <returns>False when a record is wrong; the cursor is then behind it and the error is noted.</returns>
    /// <remarks>A cursor that stays where it was means that the next record goes on behind the bytes at hand.</remarks>
    private protected abstract bool DecodeBlock(byte* stop);

    /// <summary>Learns that a split begins.</summary>
    private protected virtual void OnBegin(long position)
    {
    }

    /// <summary>Notes an error of the record at <paramref name="record"/>, whose line is the current one.</summary>
    private protected void Fail(byte* record, byte* at, byte* end, DecodeErrorCode code, string field, string detail)
    {
        int length = (int)Math.Min(end - record, RawLimit);
        if (length > 0 && record[length - 1] == '\r')
        {
            length--;
        }

        _error = new DecodeError(
            _file,
            _blockPosition + (record - Start),
            CurrentLine,
            (int)(at - record) + 1,
            code,
            field,
            detail,
            new ReadOnlySpan<byte>(record, length).ToArray());
    }

    private DecodeStatus AtLimit()
    {
        if (_block is not null && _filled - Cursor > _context.MaxRecordBytes && !_dropping)
        {
            string detail = $"record is larger than {_context.MaxRecordBytes} bytes";
            Fail(Cursor, Cursor, _filled, DecodeErrorCode.RecordTooLarge, string.Empty, detail);
            _blockPosition += _filled - Start;
            Cursor = Limit = _filled = Start;
            if (_block.IsShared || _block.Capacity > 2L * _context.BlockBytes)
            {
                Replace(_context.BlockBytes);
            }

            _dropping = true;
            return DecodeStatus.Error;
        }

        return _completed ? DecodeStatus.End : DecodeStatus.NeedInput;
    }

    private void SkipMark()
    {
        _atStart = false;
        if (Limit - Cursor >= 3 && Cursor[0] == 0xEF && Cursor[1] == 0xBB && Cursor[2] == 0xBF)
        {
            Cursor += 3;
        }
    }

    private void Replace(int bytes)
    {
        NativeBuffer block = _context.Allocator.Allocate(Math.Max(bytes, HeadBytes + TailBytes + 64L));
        byte* start = block.Pointer + HeadBytes;
        new Span<byte>(block.Pointer, HeadBytes).Clear();
        long pending = 0;
        if (_block is not null)
        {
            pending = _filled - Cursor;
            Buffer.MemoryCopy(Cursor, start, block.Capacity - HeadBytes, pending);
            _blockPosition += Cursor - Start;
            Limit = start + (Limit - Cursor);
            _block.Release();
        }
        else
        {
            Limit = start;
        }

        _block = block;
        Cursor = start;
        _filled = start + pending;
    }
}
