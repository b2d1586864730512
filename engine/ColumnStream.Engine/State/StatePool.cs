using System;

namespace ColumnStream.Engine.State;

/// <summary>Lends 64 KiB native pages for index segments, rows and string heaps.</summary>
public sealed class StatePool : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
