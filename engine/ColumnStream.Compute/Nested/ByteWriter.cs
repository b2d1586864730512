using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ColumnStream.Compute.Nested;

/// <summary>Collects bytes in pinned memory that is kept between values, so that a steady state allocates nothing.</summary>
/// <remarks>64 bytes behind the content are readable.</remarks>
internal sealed unsafe class ByteWriter
{
    private const int Spare = 64;
    private byte[] _bytes;
    private int _capacity;

    public ByteWriter()
    {
        _bytes = GC.AllocateUninitializedArray<byte>(256 + Spare, pinned: true);
        Use(_bytes);
    }

    /// <summary>Gets the bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>Gets the address of the first byte; moves when the writer grows.</summary>
    public byte* Pointer { get; private set; }

    /// <summary>Gets the bytes written.</summary>
    public ReadOnlySpan<byte> Span => new(Pointer, Length);

    /// <summary>Forgets the content.</summary>
    public void Clear() => Length = 0;

    /// <summary>Takes back all from <paramref name="length"/> on.</summary>
    public void Truncate(int length) => Length = length;

    /// <summary>Adds <paramref name="count"/> bytes of any content and returns where they stand.</summary>
    /// <exception cref="Arrow.Memory.MemoryLimitException">The value is larger than one value may be.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Extend(int count)
    {
        int at = Length;
        long length = (long)at + count;
        if (length > _capacity)
        {
            Grow(length);
        }

        Length = (int)length;
        return Pointer + at;
    }

    /// <summary>Adds <paramref name="count"/> zero bytes and returns where they stand.</summary>
    public byte* AddZeros(int count)
    {
        byte* at = Extend(count);
        new Span<byte>(at, count).Clear();
        return at;
    }

    /// <summary>Adds a value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add<T>(T value)
        where T : unmanaged => Unsafe.WriteUnaligned(Extend(sizeof(T)), value);

    /// <summary>Adds a copy of bytes.</summary>
    public void Add(ReadOnlySpan<byte> bytes) => bytes.CopyTo(new Span<byte>(Extend(bytes.Length), bytes.Length));

    private void Grow(long length)
    {
        if (length > Execution.Frame.LongestText)
        {
            throw new Arrow.Memory.MemoryLimitException("of one value", Execution.Frame.LongestText, Length, length - Length);
        }

        byte[] larger = GC.AllocateUninitializedArray<byte>((int)Math.Max(length, _bytes.Length * 2L) + Spare, pinned: true);
        _bytes.AsSpan(0, Length).CopyTo(larger);
        Use(larger);
    }

    // Pinned arrays stay where they are while the field keeps them.
    private void Use(byte[] bytes)
    {
        _bytes = bytes;
        _capacity = bytes.Length - Spare;
        Pointer = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(bytes));
    }
}
