using System;
using System.IO;
using ColumnStream.Engine.State;

namespace ColumnStream.Tests.Engine.State;

/// <summary>Is a disk in memory that can be full, lose the end of what is read, and turn bits over.</summary>
internal sealed class MemorySpillFile : SpillFile
{
    private byte[] _bytes = [];

    public override string Name => "memory";

    public long LimitBytes { get; set; } = long.MaxValue;

    public int MissingBytes { get; set; }

    public bool FailsToRead { get; set; }

    public override void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        if (offset + bytes.Length > LimitBytes)
        {
            throw new IOException("No space left on device : '/memory'");
        }

        if (offset + bytes.Length > _bytes.Length)
        {
            Array.Resize(ref _bytes, (int)(2 * (offset + bytes.Length)));
        }

        bytes.CopyTo(_bytes.AsSpan((int)offset));
    }

    public override int Read(long offset, Span<byte> bytes)
    {
        if (FailsToRead)
        {
            throw new IOException("Input/output error : '/memory'");
        }

        _bytes.AsSpan((int)offset, bytes.Length).CopyTo(bytes);
        return bytes.Length - MissingBytes;
    }

    /// <summary>Turns a bit over in every unit.</summary>
    public void Damage()
    {
        for (int at = 77; at < _bytes.Length; at += 4096)
        {
            _bytes[at] ^= 4;
        }
    }

    /// <summary>Swaps the first two units of each page: right bytes at a wrong place.</summary>
    public void Misplace()
    {
        for (int at = 0; at + 65536 <= _bytes.Length; at += 65536)
        {
            Span<byte> first = _bytes.AsSpan(at + 4096, 4096);
            Span<byte> second = _bytes.AsSpan(at + 8192, 4096);
            byte[] copy = first.ToArray();
            second.CopyTo(first);
            copy.CopyTo(second);
        }
    }

    public override void Dispose() => _bytes = [];
}
