using System;
using System.Collections.Generic;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;

namespace ColumnStream.Compute.Execution;

/// <summary>
/// Holds what steps work on: the registers of the current tile, the table of text buffers and the arena.
/// </summary>
/// <remarks>
/// One thread. Register 0 is the bitmap of rows that count; tail bits behind the last row are zero there.
/// </remarks>
internal sealed unsafe class Frame : IDisposable
{
    /// <summary>Rows of a tile.</summary>
    public const int TileRows = 512;

    /// <summary>Bytes of a tile's bitmap.</summary>
    public const int BitmapBytes = TileRows / 8;

    private const int LongestTile = 16 << 20;
    private const int ArenaBytes = 64 * 1024;
    private readonly BufferAllocator _allocator;
    private NativeBuffer?[] _buffers = new NativeBuffer?[16];
    private byte** _table = (byte**)NativeMemory.Alloc(16, (nuint)sizeof(byte*));
    private int _bufferCount;
    private readonly List<int> _ownedArenas = [];
    private int _arena = -1;

    public Frame(Register[] registers, EvaluatorOptions options, BufferAllocator allocator, bool scalar)
    {
        Registers = registers;
        Arrays = new ArrayData?[registers.Length];
        Options = options;
        Scalar = scalar;
        _allocator = allocator;
    }

    /// <summary>Gets the registers; steps address them by number.</summary>
    public Register[] Registers { get; }

    /// <summary>Gets the arrays behind nested and column registers.</summary>
    public ArrayData?[] Arrays { get; }

    public EvaluatorOptions Options { get; }

    /// <summary>Gets whether scalar twins run instead of vector loops.</summary>
    public bool Scalar { get; }

    /// <summary>Rows of the current tile.</summary>
    public int Rows { get; set; }

    /// <summary>First row of the tile in the batch.</summary>
    public int FirstRow { get; set; }

    /// <summary>What the running step prepared from constant arguments.</summary>
    public object? State { get; set; }

    /// <summary>Instant of the query in batch jobs, of the batch of rows in others, in milliseconds since 1970.</summary>
    public long NowMillis { get; set; }

    /// <summary>Instant of the batch of rows in milliseconds since 1970.</summary>
    public long RowMillis { get; set; }

    public ref Register this[int register] => ref Registers[register];

    /// <summary>Gets the buffer at a table index.</summary>
    public NativeBuffer Buffer(int index) => _buffers[index]!;

    public int BufferCount => _bufferCount;

    /// <summary>Reads the text of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Utf8 Text(in Register register, int row)
    {
        StringView* view = (StringView*)register.Data + row;
        if (view->Length <= StringView.InlineLength)
        {
            return new Utf8((byte*)view + 4, view->Length, -1, 0);
        }

        int buffer = view->BufferIndex + register.BufferBase;
        return new Utf8(_table[buffer] + view->Offset, view->Length, buffer, view->Offset);
    }

    /// <summary>Adds a borrowed buffer to the table and returns its index.</summary>
    public int AddBuffer(NativeBuffer buffer)
    {
        if (_bufferCount == _buffers.Length)
        {
            Array.Resize(ref _buffers, _bufferCount * 2);
            _table = (byte**)NativeMemory.Realloc(_table, (nuint)(_buffers.Length * sizeof(byte*)));
        }

        _buffers[_bufferCount] = buffer;
        _table[_bufferCount] = buffer.Pointer;
        return _bufferCount++;
    }

    /// <summary>Adds all data buffers of a view column and returns the index of the first.</summary>
    public int AddBuffers(ViewArray array)
    {
        int first = _bufferCount;
        foreach (NativeBuffer buffer in array.Data)
        {
            if (buffer.IsForeign && buffer.Length > 0)
            {
                // Steps read 12 bytes wherever a text begins: foreign text is copied to where that is safe.
                NativeBuffer copy = _allocator.Allocate(buffer.Length);
                System.Buffer.MemoryCopy(buffer.Pointer, copy.Pointer, copy.Capacity, buffer.Length);
                _ownedArenas.Add(AddBuffer(copy));
            }
            else
            {
                AddBuffer(buffer);
            }
        }

        return first;
    }

    /// <summary>Most bytes of a value that a function makes: <c>REPEAT('x', 2000000000)</c> is a mistake.</summary>
    internal const long LongestText = 64 << 20;

    /// <summary>
    /// Returns room for <paramref name="bytes"/> bytes of new text; <see cref="Commit"/> keeps a part of it.
    /// </summary>
    /// <exception cref="TextLengthException">It is more than a text may have.</exception>
    public byte* Reserve(long bytes)
    {
        if (bytes > LongestText)
        {
            throw new TextLengthException(bytes, LongestText);
        }

        if (_arena < 0 || Buffer(_arena).Capacity - Buffer(_arena).Length < bytes)
        {
            NativeBuffer chunk = _allocator.Allocate(Math.Max(ArenaBytes, bytes));
            chunk.Length = 0;
            _arena = AddBuffer(chunk);
            _ownedArenas.Add(_arena);
        }

        return Buffer(_arena).Pointer + Buffer(_arena).Length;
    }

    /// <summary>Keeps the first <paramref name="length"/> bytes of the room last reserved as a value.</summary>
    public Utf8 Commit(int length)
    {
        NativeBuffer arena = Buffer(_arena);
        int offset = (int)arena.Length;
        arena.Length += length;
        return new Utf8(arena.Pointer + offset, length, _arena, offset);
    }

    /// <summary>Gets where the buffers of the table begin; adding a buffer may move it.</summary>
    public byte** Buffers => _table;

    /// <summary>
    /// Returns room for all new text of a tile, and where it stands; null where that is too much for one go.
    /// </summary>
    public byte* ReserveTile(long bytes, out int buffer, out int offset)
    {
        byte* room = bytes <= LongestTile ? Reserve(bytes) : null;
        buffer = _arena;
        offset = room is null ? 0 : (int)Buffer(_arena).Length;
        return room;
    }

    /// <summary>Keeps the first bytes of the room last reserved.</summary>
    public void CommitTile(long bytes) => Buffer(_arena).Length += bytes;

    /// <summary>Copies bytes into the arena as a value.</summary>
    public Utf8 Copy(ReadOnlySpan<byte> bytes)
    {
        byte* room = Reserve(Math.Max(bytes.Length, 16));
        bytes.CopyTo(new Span<byte>(room, bytes.Length));
        return Commit(bytes.Length);
    }

    /// <summary>Writes a value as the view of a row; its register counts buffers from the table's start.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(in Register register, int row, Utf8 value) =>
        ((StringView*)register.Data)[row] = StringView.Create(value.Pointer, value.Length, value.Buffer, value.Offset);

    /// <summary>Writes the rows that are valid in all inputs and counted by the branch; returns how many.</summary>
    public int Mask(ulong* mask, int branch, byte* valid)
    {
        ulong* bits = (ulong*)Registers[branch].Data;
        int count = 0;
        for (int w = 0; w < 8; w++)
        {
            mask[w] = valid is null ? bits[w] : bits[w] & ((ulong*)valid)[w];
            count += BitOperations.PopCount(mask[w]);
        }

        return count;
    }

    /// <summary>Combines validity into the register's own bits, or shares the only one there is.</summary>
    public byte* And(int result, byte* a, byte* b)
    {
        if (a is null || b is null || a == b)
        {
            return a is null ? b : a;
        }

        ulong* target = (ulong*)Registers[result].HomeValid;
        for (int w = 0; w < 8; w++)
        {
            target[w] = ((ulong*)a)[w] & ((ulong*)b)[w];
        }

        return (byte*)target;
    }

    /// <summary>Makes the register's validity its own, so that a step may clear bits of it.</summary>
    public byte* OwnValid(int register)
    {
        ref Register r = ref Registers[register];
        if (r.Valid == r.HomeValid)
        {
            return r.HomeValid;
        }

        if (r.Valid is null)
        {
            new Span<byte>(r.HomeValid, BitmapBytes).Fill(0xFF);
        }
        else
        {
            System.Buffer.MemoryCopy(r.Valid, r.HomeValid, BitmapBytes, BitmapBytes);
        }

        return r.Valid = r.HomeValid;
    }

    /// <summary>Points a register at a tile of an array.</summary>
    public void Point(int register, ArrayData array)
    {
        ref Register r = ref Registers[register];
        if (!ReferenceEquals(Arrays[register], array))
        {
            Arrays[register] = array;
            r.BufferBase = array is ViewArray views ? AddBuffers(views) : 0;
        }

        r.Valid = array.Validity is null ? null : array.Validity + (FirstRow >> 3);
        r.Data = array switch
        {
            FixedWidthArray fixedWidth => fixedWidth.Pointer + ((long)FirstRow * fixedWidth.ByteWidth),
            ViewArray views => (byte*)(views.Pointer + FirstRow),
            BooleanArray booleans => booleans.Bits + (FirstRow >> 3),
            NullArray => AllNull(register),
            _ => null,
        };

        // Steps load whole vectors: of foreign memory the last tile is copied to where that is safe.
        if (Rows < TileRows)
        {
            OwnForeignTile(ref r, array);
        }
    }

    /// <summary>Forgets the batch: borrowed buffers and the arenas, which results have retained.</summary>
    public void Forget(int keepBuffers)
    {
        foreach (int arena in CollectionsMarshal.AsSpan(_ownedArenas))
        {
            Buffer(arena).Release();
        }

        _ownedArenas.Clear();
        Array.Clear(_buffers, keepBuffers, _bufferCount - keepBuffers);
        _bufferCount = keepBuffers;
        _arena = -1;
        Array.Clear(Arrays);
    }

    public void Dispose()
    {
        NativeMemory.Free(_table);
        _table = null;
    }

    private void OwnForeignTile(ref Register r, ArrayData array)
    {
        long bytes = array is BooleanArray ? (Rows + 7) >> 3 : (long)Rows * Layouts.Width(r.Layout);
        NativeBuffer? owner = array switch
        {
            FixedWidthArray a => a.ValuesBuffer,
            ViewArray a => a.ViewsBuffer,
            BooleanArray a => a.ValuesBuffer,
            _ => null,
        };
        if (owner is { IsForeign: true })
        {
            System.Buffer.MemoryCopy(r.Data, r.Home, bytes, bytes);
            r.Data = r.Home;
        }

        if (array.ValidityBuffer is { IsForeign: true } && r.Valid is not null)
        {
            System.Buffer.MemoryCopy(r.Valid, r.HomeValid, BitmapBytes, (Rows + 7) >> 3);
            r.Valid = r.HomeValid;
        }
    }

    private byte* AllNull(int register)
    {
        ref Register r = ref Registers[register];
        new Span<byte>(r.HomeValid, BitmapBytes).Clear();
        r.Valid = r.HomeValid;
        return r.Home;
    }
}
