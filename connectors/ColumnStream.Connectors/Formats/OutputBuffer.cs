using System;
using System.IO;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Memory;

namespace ColumnStream.Connectors.Formats;

/// <summary>Collects written bytes in one growing native buffer; the consumer reads <see cref="Written"/>, then clears.</summary>
/// <remarks>At least 64 bytes behind any reserved room may be overwritten with garbage, so that writers store whole vectors.</remarks>
public sealed unsafe class OutputBuffer(BufferAllocator allocator, int initialBytes = 64 << 10) : IDisposable
{
    /// <summary>Bytes behind reserved room that may be overwritten.</summary>
    public const int Slack = 64;

    private NativeBuffer? _buffer;

    /// <summary>Gets the number of bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>Gets the bytes written since the last <see cref="Clear"/>; valid until the next write.</summary>
    public ReadOnlySpan<byte> Written => _buffer is null ? default : new ReadOnlySpan<byte>(_buffer.Pointer, Length);

    /// <summary>Makes room for <paramref name="bytes"/> more and returns where they begin; then <see cref="Advance"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Reserve(int bytes)
    {
        if (_buffer is null || _buffer.Capacity - Length < (long)bytes + Slack)
        {
            Grow(bytes);
        }

        return _buffer!.Pointer + Length;
    }

    /// <summary>Counts bytes written into reserved room; <paramref name="end"/> is behind the last one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance(byte* end) => Length = (int)(end - _buffer!.Pointer);

    /// <summary>Appends a copy of <paramref name="bytes"/>.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(new Span<byte>(Reserve(bytes.Length), bytes.Length));
        Length += bytes.Length;
    }

    /// <summary>Writes all bytes to <paramref name="stream"/> and clears.</summary>
    public void Drain(Stream stream)
    {
        stream.Write(Written);
        Clear();
    }

    /// <summary>Forgets the bytes and keeps the room.</summary>
    public void Clear() => Length = 0;

    /// <summary>Gives back the memory.</summary>
    public void Dispose()
    {
        _buffer?.Release();
        _buffer = null;
        Length = 0;
    }

    private void Grow(int bytes)
    {
        long needed = (long)Length + bytes + Slack;
        if (needed > int.MaxValue)
        {
            throw new InvalidOperationException($"Output buffer would exceed 2 GiB: {needed}.");
        }

        NativeBuffer larger = allocator.Allocate(Math.Max(Math.Max(needed, initialBytes), (_buffer?.Capacity ?? 0) * 2));
        if (_buffer is not null)
        {
            Buffer.MemoryCopy(_buffer.Pointer, larger.Pointer, larger.Capacity, Length);
            _buffer.Release();
        }

        _buffer = larger;
    }
}
