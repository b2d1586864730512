using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace ColumnStream.Flight.Sql.Service;

/// <summary>
/// Holds what clients left in the server by name: what nobody used for a while goes, and what was unused for longest where there
/// are too many.
/// </summary>
/// <remarks>Old entries are looked for when one is added or asked for, so that the table needs no timer of its own.</remarks>
internal sealed class ExpiringTable<T>(TimeProvider time, TimeSpan timeout, int capacity, Func<T, T> share) : IAsyncDisposable
    where T : class, IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _byName = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _byUse = new();

    /// <summary>Gets the number of entries.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _byName.Count;
            }
        }
    }

    /// <summary>
    /// Takes over <paramref name="value"/> under <paramref name="name"/>, unless another one has the name: then that one stays and
    /// the value is disposed. Gives a share of the one that stays, which the caller disposes.
    /// </summary>
    public async ValueTask<T> AddAsync(string name, T value)
    {
        T? shared;
        List<T> gone;
        lock (_lock)
        {
            gone = Sweep(room: 1);
            shared = Use(name);
            if (shared is null)
            {
                shared = share(value);
                _byName.Add(name, _byUse.AddLast(new Entry(name, value, time.GetTimestamp())));
            }
            else
            {
                gone.Add(value);
            }
        }

        await DisposeAllAsync(gone).ConfigureAwait(false);
        return shared;
    }

    /// <summary>
    /// Finds an entry, marks it as used and gives a share of it, which the caller disposes; null where there is none (any more).
    /// </summary>
    public async ValueTask<T?> FindAsync(string name)
    {
        T? found;
        List<T> gone;
        lock (_lock)
        {
            gone = Sweep(room: 0);
            found = Use(name);
        }

        await DisposeAllAsync(gone).ConfigureAwait(false);
        return found;
    }

    /// <summary>Takes an entry out, which the caller then owns; null where there is none.</summary>
    public T? Take(string name)
    {
        lock (_lock)
        {
            if (!_byName.Remove(name, out LinkedListNode<Entry>? node))
            {
                return null;
            }

            _byUse.Remove(node);
            return node.Value.Value;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        List<T> all = [];
        lock (_lock)
        {
            foreach (Entry entry in _byUse)
            {
                all.Add(entry.Value);
            }

            _byUse.Clear();
            _byName.Clear();
        }

        await DisposeAllAsync(all).ConfigureAwait(false);
    }

    private static async ValueTask DisposeAllAsync(List<T> values)
    {
        foreach (T value in values)
        {
            await value.DisposeAsync().ConfigureAwait(false);
        }
    }

    private T? Use(string name)
    {
        if (!_byName.TryGetValue(name, out LinkedListNode<Entry>? node))
        {
            return null;
        }

        _byUse.Remove(node);
        node.Value = node.Value with { Used = time.GetTimestamp() };
        _byUse.AddLast(node);
        return share(node.Value.Value);
    }

    private List<T> Sweep(int room)
    {
        List<T> gone = [];
        while (_byUse.First is { } oldest
            && (_byUse.Count + room > capacity || time.GetElapsedTime(oldest.Value.Used) > timeout))
        {
            _byUse.RemoveFirst();
            _byName.Remove(oldest.Value.Name);
            gone.Add(oldest.Value.Value);
        }

        return gone;
    }

    private readonly record struct Entry(string Name, T Value, long Used);
}
