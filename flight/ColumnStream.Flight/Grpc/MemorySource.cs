using System;
using System.Threading.Tasks;

namespace ColumnStream.Flight.Grpc;

/// <summary>Delivers bytes that are all here: a decompressed message.</summary>
internal sealed class MemorySource(ReadOnlyMemory<byte> bytes) : ByteSource
{
    private ReadOnlyMemory<byte> _left = bytes;

    public override ValueTask<bool> FillAsync(int count) => new(_left.Length >= count);

    public override int Peek(Span<byte> target)
    {
        int count = Math.Min(target.Length, _left.Length);
        _left.Span[..count].CopyTo(target);
        return count;
    }

    public override void Skip(int count) => _left = _left[count..];

    public override ValueTask<int> ReadAsync(Memory<byte> target)
    {
        int count = Peek(target.Span);
        Skip(count);
        return new ValueTask<int>(count);
    }
}
