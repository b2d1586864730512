using System;

namespace ColumnStream.Engine.State;

/// <summary>Keeps bytes of one task's state outside of memory while the task lives; nothing of it outlasts the process.</summary>
public abstract class SpillFile : IDisposable
{
    /// <summary>Gets where it is, for errors.</summary>
    public abstract string Name { get; }

    /// <summary>Writes all of <paramref name="bytes"/> at <paramref name="offset"/>.</summary>
    /// <exception cref="System.IO.IOException">The disk is full or failed.</exception>
    public abstract void Write(long offset, ReadOnlySpan<byte> bytes);

    /// <summary>Reads up to <paramref name="bytes"/> from <paramref name="offset"/>; returns how many came.</summary>
    /// <exception cref="System.IO.IOException">The disk failed.</exception>
    public abstract int Read(long offset, Span<byte> bytes);

    /// <summary>Gives the space back.</summary>
    public abstract void Dispose();
}
