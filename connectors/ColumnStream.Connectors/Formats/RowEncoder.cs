using System;
using ColumnStream.Engine.Elements;

namespace ColumnStream.Connectors.Formats;

/// <summary>Writes rows of batches as bytes; the caller moves the bytes from the buffer to where they belong.</summary>
/// <remarks>One thread. A file is <see cref="Begin"/>, any number of <see cref="Encode"/>, <see cref="End"/>; then anew.</remarks>
public abstract class RowEncoder : IDisposable
{
    /// <summary>Writes what stands before the first row: nothing, a header line, a schema.</summary>
    public abstract void Begin(OutputBuffer output);

    /// <summary>Writes the selected rows of a batch, which it borrows, in order.</summary>
    /// <exception cref="Engine.Errors.UserException">A row kind or value cannot be written in this format.</exception>
    public abstract void Encode(StreamBatch batch, OutputBuffer output);

    /// <summary>Writes what stands behind the last row: nothing, or a footer.</summary>
    public abstract void End(OutputBuffer output);

    /// <summary>Gives back buffers.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives back buffers.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}
