using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Engine.Storage;

namespace ColumnStream.Testing.Sabotage;

/// <summary>Passes everything on to another store; bugs override what they spoil.</summary>
public abstract class StoreDecorator(IObjectStore inner) : IObjectStore
{
    /// <summary>Gets the other store.</summary>
    protected IObjectStore Inner => inner;

    public virtual ValueTask<bool> TryCreateAsync(
        string name, ReadOnlyMemory<byte> content, CancellationToken cancellation = default) =>
        inner.TryCreateAsync(name, content, cancellation);

    public virtual IObjectWriter Create(string name) => inner.Create(name);

    public virtual ValueTask<Stream?> OpenReadAsync(
        string name, long offset = 0, long length = long.MaxValue, CancellationToken cancellation = default) =>
        inner.OpenReadAsync(name, offset, length, cancellation);

    public virtual ValueTask<ObjectInfo?> FindAsync(string name, CancellationToken cancellation = default) =>
        inner.FindAsync(name, cancellation);

    public virtual ValueTask<ObjectPage> ListAsync(
        string prefix, string? after = null, int limit = 1000, CancellationToken cancellation = default) =>
        inner.ListAsync(prefix, after, limit, cancellation);

    public virtual ValueTask DeleteAsync(IReadOnlyList<string> names, CancellationToken cancellation = default) =>
        inner.DeleteAsync(names, cancellation);

    public ValueTask<int> RemoveLeftoversAsync(TimeSpan age, CancellationToken cancellation = default) =>
        inner.RemoveLeftoversAsync(age, cancellation);

    /// <summary>Removes names from a page.</summary>
    protected static ObjectPage Without(ObjectPage page, Func<string, bool> isHidden)
    {
        var kept = new List<ObjectInfo>();
        foreach (ObjectInfo item in page.Objects)
        {
            if (!isHidden(item.Name))
            {
                kept.Add(item);
            }
        }

        return new ObjectPage(kept, page.Next);
    }
}
