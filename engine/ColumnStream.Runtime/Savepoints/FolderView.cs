using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Engine.Storage;

namespace ColumnStream.Runtime.Savepoints;

/// <summary>Shows what lies below one folder of a store as a store of its own, for reading.</summary>
internal sealed class FolderView(IObjectStore store, string folder) : IObjectStore
{
    public ValueTask<bool> TryCreateAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation = default) =>
        throw new NotSupportedException("A view of a folder is read only.");

    public IObjectWriter Create(string name) => throw new NotSupportedException("A view of a folder is read only.");

    public ValueTask<Stream?> OpenReadAsync(
        string name, long offset = 0, long length = long.MaxValue, CancellationToken cancellation = default) =>
        store.OpenReadAsync(folder + name, offset, length, cancellation);

    public ValueTask<ObjectInfo?> FindAsync(string name, CancellationToken cancellation = default) =>
        store.FindAsync(folder + name, cancellation);

    public async ValueTask<ObjectPage> ListAsync(
        string prefix, string? after = null, int limit = 1000, CancellationToken cancellation = default)
    {
        ObjectPage page = await store.ListAsync(folder + prefix, after is null ? null : folder + after, limit, cancellation);
        var objects = new List<ObjectInfo>();
        foreach (ObjectInfo item in page.Objects)
        {
            objects.Add(item with { Name = item.Name[folder.Length..] });
        }

        return page with { Objects = objects, Next = page.Next?[folder.Length..] };
    }

    public ValueTask DeleteAsync(IReadOnlyList<string> names, CancellationToken cancellation = default) =>
        throw new NotSupportedException("A view of a folder is read only.");

    public ValueTask<int> RemoveLeftoversAsync(TimeSpan age, CancellationToken cancellation = default) => new(0);
}
