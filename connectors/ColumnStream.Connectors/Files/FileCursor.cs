using System;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Connectors.Files;

/// <summary>Reads one file at a time into batches.</summary>
internal abstract class FileCursor : IDisposable
{
    /// <summary>Gets the file that is open, or null.</summary>
    public FileSplit? Split { get; private set; }

    private protected FileContent? Content { get; private set; }

    /// <summary>Tells whether the next read comes back at once; else <paramref name="wake"/> is called when it does.</summary>
    public virtual bool IsReady(Action wake) => true;

    /// <summary>Opens a file where its position says.</summary>
    /// <exception cref="ExternalException">It is missing, or not the file that the position belongs to.</exception>
    public void Open(FileStore store, FileSplit split)
    {
        Close();
        string name = split.File.Name;
        FilePosition position = split.Position;
        Content = store.Open(name);
        Split = split;
        long length = Content.Length;
        if (length < position.Bytes)
        {
            throw new ExternalException(
                5013, $"File is shorter than at the checkpoint: {name}, {length} bytes, was {position.Bytes}.", retryable: false);
        }

        if (position.Bytes > 0 && Content.Check(position.Bytes) != position.Check)
        {
            throw new ExternalException(
                5013, $"File changed since the checkpoint: {name}, before byte {position.Bytes}.", retryable: false);
        }

        Begin(name, position);
    }

    /// <summary>Gives the next batch; null at the end, or when a growing file has no more whole records for now.</summary>
    public abstract StreamBatch? Read();

    /// <summary>Returns the position behind the batches given so far.</summary>
    public abstract FilePosition Save(bool done);

    /// <summary>Closes the file.</summary>
    public void Close()
    {
        Content?.Dispose();
        Content = null;
        Split = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Close();
        Release();
    }

    private protected abstract void Begin(string name, FilePosition position);

    private protected abstract void Release();
}
