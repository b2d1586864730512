using System;

namespace ColumnStream.Arrow.Memory;

/// <summary>Holds memory that other code lent, until the last buffer over it is released.</summary>
/// <remarks>Such buffers are flagged: nothing behind them may be read. No account pays for them.</remarks>
internal sealed unsafe class ForeignMemory : BufferPool
{
    private readonly Action _release;

    private ForeignMemory(Action release) => _release = release;

    /// <summary>
    /// Makes an empty buffer with one reference; <paramref name="release"/> runs once, when all that was cut from it is gone.
    /// </summary>
    public static NativeBuffer Own(Action release)
    {
        var owner = new NativeBuffer(new ForeignMemory(release), null, 0, isForeign: true);
        owner.Open();
        return owner;
    }

    internal override NativeBuffer Rent(long length) =>
        throw new InvalidOperationException("Foreign memory cannot be lent again.");

    internal override void Return(NativeBuffer buffer) => _release();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
    }
}
