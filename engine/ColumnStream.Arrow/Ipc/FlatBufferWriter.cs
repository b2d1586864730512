using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace ColumnStream.Arrow.Ipc;

/// <summary>Writes FlatBuffers metadata from the back to the front; reusable after <see cref="Clear"/>.</summary>
/// <remarks>
/// Positions that methods return count bytes from the end, because the front moves when the buffer grows.
/// </remarks>
internal sealed class FlatBufferWriter
{
    private const int MaxFields = 8;
    private readonly int[] _fields = new int[MaxFields];
    private byte[] _buffer = new byte[1024];
    private int _used;
    private int _tableEnd;
    private int _fieldCount;

    public void Clear() => _used = 0;

    /// <summary>
    /// Writes the root offset and returns the whole, a multiple of 8 bytes; valid until the next call.
    /// </summary>
    public ReadOnlySpan<byte> Finish(int root)
    {
        Align(8, 4);
        Put((uint)(_used + 4 - root));
        return _buffer.AsSpan(_buffer.Length - _used);
    }

    public void StartTable(int fieldCount)
    {
        _fieldCount = fieldCount;
        _fields.AsSpan(0, fieldCount).Clear();
        _tableEnd = _used;
    }

    public void Add<T>(int field, T value)
        where T : unmanaged
    {
        Align(Unsafe.SizeOf<T>(), 0);
        Put(value);
        _fields[field] = _used;
    }

    public void AddOffset(int field, int target)
    {
        PutOffset(target);
        _fields[field] = _used;
    }

    public int EndTable()
    {
        Align(4, 0);
        Put(0);
        int table = _used;
        for (int i = _fieldCount - 1; i >= 0; i--)
        {
            Put((ushort)(_fields[i] == 0 ? 0 : table - _fields[i]));
        }

        Put((ushort)(table - _tableEnd));
        Put((ushort)(4 + (_fieldCount * 2)));
        BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(_buffer.Length - table), _used - table);
        return table;
    }

    public int WriteString(string text)
    {
        int bytes = Encoding.UTF8.GetByteCount(text);
        Align(4, bytes + 1);
        Reserve(bytes + 1);
        _used += bytes + 1;
        Span<byte> target = _buffer.AsSpan(_buffer.Length - _used, bytes + 1);
        Encoding.UTF8.GetBytes(text, target);
        target[bytes] = 0;
        Put(bytes);
        return _used;
    }

    /// <summary>Writes a vector of offsets to tables or strings.</summary>
    public int WriteOffsets(ReadOnlySpan<int> targets)
    {
        Align(4, targets.Length * 4);
        for (int i = targets.Length - 1; i >= 0; i--)
        {
            PutOffset(targets[i]);
        }

        Put(targets.Length);
        return _used;
    }

    /// <summary>Writes a vector of structs or scalars whose alignment is 8.</summary>
    public int WriteVector<T>(ReadOnlySpan<T> items)
        where T : unmanaged
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(items);
        Align(4, bytes.Length);
        Align(8, bytes.Length);
        Reserve(bytes.Length);
        _used += bytes.Length;
        bytes.CopyTo(_buffer.AsSpan(_buffer.Length - _used));
        Put(items.Length);
        return _used;
    }

    private void PutOffset(int target)
    {
        Align(4, 0);
        Put((uint)(_used + 4 - target));
    }

    private void Put<T>(T value)
        where T : unmanaged
    {
        Reserve(Unsafe.SizeOf<T>());
        _used += Unsafe.SizeOf<T>();
        MemoryMarshal.Write(_buffer.AsSpan(_buffer.Length - _used), in value);
    }

    /// <summary>Pads with zeros so that <paramref name="following"/> more bytes end on the alignment.</summary>
    private void Align(int alignment, int following)
    {
        int padding = -(_used + following) & (alignment - 1);
        Reserve(padding);
        _used += padding;
        _buffer.AsSpan(_buffer.Length - _used, padding).Clear();
    }

    private void Reserve(int bytes)
    {
        if (_used + bytes <= _buffer.Length)
        {
            return;
        }

        var larger = new byte[Math.Max(_buffer.Length * 2, _used + bytes)];
        _buffer.AsSpan(_buffer.Length - _used).CopyTo(larger.AsSpan(larger.Length - _used));
        _buffer = larger;
    }
}
