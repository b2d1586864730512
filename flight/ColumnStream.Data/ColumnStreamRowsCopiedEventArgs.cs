using System;

namespace ColumnStream.Data;

/// <summary>Tells how far a bulk load is.</summary>
public sealed class ColumnStreamRowsCopiedEventArgs(long rowsCopied) : EventArgs
{
    /// <summary>Gets the rows sent so far.</summary>
    public long RowsCopied { get; } = rowsCopied;

    /// <summary>Gets or sets whether the load is to be broken off.</summary>
    public bool Abort { get; set; }
}
