using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace ColumnStream.Arrow.Ipc;

/// <summary>Reads FlatBuffers metadata; every position is checked, so that no bytes can lead outside.</summary>
/// <remarks>
/// <code>
/// root:   | u32 offset to table | ...
/// table:  | i32 distance back to vtable | fields ...
/// vtable: | u16 bytes of vtable | u16 bytes of table | u16 field offset, 0 = default | ...
/// vector: | u32 count | items ...
/// </code>
/// Little-endian only, as are all machines that this runs on.
/// </remarks>
internal readonly ref struct FlatBufferReader(ReadOnlySpan<byte> bytes, long filePosition)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Gets where the first byte stands in the file; for errors.</summary>
    public long FilePosition { get; } = filePosition;

    /// <summary>Gets the number of bytes.</summary>
    public int Length => _bytes.Length;

    /// <summary>Opens the root table.</summary>
    public FlatTable Root() => new(this, Follow(0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Read<T>(int position)
        where T : unmanaged
    {
        if ((uint)position > (uint)_bytes.Length || _bytes.Length - position < Unsafe.SizeOf<T>())
        {
            throw Error("Metadata ends early.", position);
        }

        return MemoryMarshal.Read<T>(_bytes[position..]);
    }

    /// <summary>Returns the position that the unsigned offset at <paramref name="position"/> leads to.</summary>
    public int Follow(int position)
    {
        long target = position + (long)Read<uint>(position);
        return target <= _bytes.Length - 4 && target > position
            ? (int)target
            : throw Error($"Metadata offset leads outside: {target}, {_bytes.Length}.", position);
    }

    /// <summary>Decodes the string whose offset stands at <paramref name="position"/>.</summary>
    public string ReadString(int position)
    {
        FlatVector vector = ReadVector(position, itemBytes: 1);
        return Encoding.UTF8.GetString(_bytes.Slice(vector.Start, vector.Count));
    }

    /// <summary>Checks the vector whose offset stands at <paramref name="position"/>.</summary>
    public FlatVector ReadVector(int position, int itemBytes)
    {
        int start = Follow(position);
        uint count = Read<uint>(start);
        if ((long)count * itemBytes > _bytes.Length - start - 4)
        {
            throw Error($"Metadata vector is longer than its message: {count} of {itemBytes} bytes.", start);
        }

        return new FlatVector(start + 4, (int)count);
    }

    public IpcException Error(string message, int position) => new(message, FilePosition + position);
}
