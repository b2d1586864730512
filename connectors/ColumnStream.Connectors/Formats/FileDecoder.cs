using System;
using System.IO;
using ColumnStream.Arrow;

namespace ColumnStream.Connectors.Formats;

/// <summary>Decodes container files, which know their own schema and batches.</summary>
/// <remarks>One thread; one file at a time.</remarks>
public abstract class FileDecoder : IDisposable
{
    /// <summary>Gets the number of rows of the file delivered so far; where a checkpoint goes on.</summary>
    public abstract long Position { get; }

    /// <summary>Opens a file at a position that <see cref="Position"/> gave, 0 for its beginning.</summary>
    /// <param name="file">The name for messages.</param>
    /// <param name="content">The bytes, seekable; owned and disposed by this decoder.</param>
    /// <param name="position">Rows to skip.</param>
    /// <exception cref="Engine.Errors.UserException">The file is damaged or does not fit the table.</exception>
    public abstract void Begin(string file, Stream content, long position);

    /// <summary>Gives the next batch, at most the context's rows, or null at the end of the file.</summary>
    /// <exception cref="Engine.Errors.UserException">The file is damaged.</exception>
    public abstract RecordBatch? Read();

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the file.</summary>
    protected abstract void Dispose(bool disposing);
}
