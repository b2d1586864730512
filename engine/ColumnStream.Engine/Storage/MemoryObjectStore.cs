using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Engine.Storage;

/// <summary>Keeps objects in memory, for as long as the process lives. Thread-safe.</summary>
public sealed class MemoryObjectStore(TimeProvider time) : IObjectStore
{
    private readonly SortedDictionary<string, (byte[] Content, DateTimeOffset Modified)> _objects = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <inheritdoc/>
    public ValueTask<bool> TryCreateAsync(
        string name, ReadOnlyMemory<byte> content, CancellationToken cancellation = default)
    {
        ObjectName.Check(name);
        return new ValueTask<bool>(TryAdd(name, content.ToArray()));
    }

    /// <inheritdoc/>
    public IObjectWriter Create(string name)
    {
        ObjectName.Check(name);
        return new Writer(this, name);
    }

    /// <inheritdoc/>
    public ValueTask<Stream?> OpenReadAsync(
        string name, long offset = 0, long length = long.MaxValue, CancellationToken cancellation = default)
    {
        ObjectName.Check(name);
        return new ValueTask<Stream?>(Find(name) is { } content
            ? new RangeStream(new MemoryStream(content.Content, writable: false), offset, length)
            : null);
    }

    /// <inheritdoc/>
    public ValueTask<ObjectInfo?> FindAsync(string name, CancellationToken cancellation = default)
    {
        ObjectName.Check(name);
        return new ValueTask<ObjectInfo?>(Find(name) is { } found ? InfoOf(name, found.Content, found.Modified) : null);
    }

    /// <inheritdoc/>
    public ValueTask<ObjectPage> ListAsync(
        string prefix, string? after = null, int limit = 1000, CancellationToken cancellation = default)
    {
        ObjectName.CheckPrefix(prefix);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        var objects = new List<ObjectInfo>();
        lock (_lock)
        {
            foreach ((string name, (byte[] content, DateTimeOffset modified)) in _objects)
            {
                if (!name.StartsWith(prefix, StringComparison.Ordinal) || string.CompareOrdinal(name, after) <= 0)
                {
                    continue;
                }

                if (objects.Count == limit)
                {
                    return new ValueTask<ObjectPage>(new ObjectPage(objects, objects[^1].Name));
                }

                objects.Add(InfoOf(name, content, modified));
            }
        }

        return new ValueTask<ObjectPage>(new ObjectPage(objects, null));
    }

    /// <inheritdoc/>
    public ValueTask DeleteAsync(IReadOnlyList<string> names, CancellationToken cancellation = default)
    {
        foreach (string name in names)
        {
            ObjectName.Check(name);
        }

        lock (_lock)
        {
            foreach (string name in names)
            {
                _objects.Remove(name);
            }
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<int> RemoveLeftoversAsync(TimeSpan age, CancellationToken cancellation = default) => new(0);

    /// <summary>Puts bytes under a name, whatever was there: what broken stores do.</summary>
    internal void Overwrite(string name, byte[] content)
    {
        lock (_lock)
        {
            _objects[name] = (content, time.GetUtcNow());
        }
    }

    private static ObjectInfo InfoOf(string name, byte[] content, DateTimeOffset modified) => new(
        name, content.Length, modified, new ObjectChecksum(ChecksumKind.Crc32C, Crc32C.Append(Crc32C.Empty, content)));

    private (byte[] Content, DateTimeOffset Modified)? Find(string name)
    {
        lock (_lock)
        {
            return _objects.TryGetValue(name, out (byte[], DateTimeOffset) found) ? found : null;
        }
    }

    private bool TryAdd(string name, byte[] content)
    {
        lock (_lock)
        {
            return _objects.TryAdd(name, (content, time.GetUtcNow()));
        }
    }

    private sealed class Writer(MemoryObjectStore store, string name) : IObjectWriter
    {
        private readonly MemoryStream _content = new();

        public Stream Stream => _content;

        public ValueTask<ObjectInfo> CompleteAsync(CancellationToken cancellation = default)
        {
            byte[] content = _content.ToArray();
            return store.TryAdd(name, content)
                ? new ValueTask<ObjectInfo>(InfoOf(name, content, store.Find(name)!.Value.Modified))
                : throw new ExternalException(5001, $"Object exists already: {name}.", retryable: false);
        }

        public void Dispose() => _content.Dispose();
    }
}
