using System;
using System.Collections.Generic;
using System.IO;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Storage;

namespace ColumnStream.Testing.Simulation;

/// <summary>Keeps objects in memory and fails as disks and object stores do, by a seed.</summary>
/// <remarks>
/// What was completed survives a crash; what was being written does not. A failing call may have done its work before it
/// failed, which is what a time-out looks like, or have left a torn object under a name that nobody else uses.
/// </remarks>
public sealed class SimulatedObjectStore : IObjectStore
{
    private readonly SortedDictionary<string, byte[]> _objects = new(StringComparer.Ordinal);
    private readonly HashSet<string> _claimsEver = new(StringComparer.Ordinal);

    /// <summary>Gets or sets the randomness of faults.</summary>
    public Random Random { get; set; } = new(0);

    /// <summary>Gets or sets how many of a thousand calls fail.</summary>
    public int FaultsPerMille { get; set; }

    /// <summary>Gets or sets what is called before and after each durable step; may throw to end the process.</summary>
    public Action Crash { get; set; } = static () => { };

    /// <summary>Gets the number of faults so far.</summary>
    public int Faults { get; private set; }

    public bool Exists(string name) => _objects.ContainsKey(name);

    public bool TryCreate(string name, ReadOnlySpan<byte> content)
    {
        ObjectName.Check(name);
        Crash();
        Fail(before: true);
        bool created = _objects.TryAdd(name, content.ToArray());
        if (created && name.StartsWith("claim/", StringComparison.Ordinal) && !_claimsEver.Add(name))
        {
            throw new InvariantException(9001, $"Epoch was claimed twice: {name}.");
        }

        Crash();
        Fail(before: false);
        return created;
    }

    public IObjectWriter Create(string name)
    {
        ObjectName.Check(name);
        Fail(before: true);
        return new Writer(this, name);
    }

    public Stream? OpenRead(string name)
    {
        ObjectName.Check(name);
        Fail(before: true);
        return _objects.TryGetValue(name, out byte[]? content) ? new MemoryStream(content, writable: false) : null;
    }

    public IReadOnlyList<string> List(string prefix)
    {
        ObjectName.CheckPrefix(prefix);
        var names = new List<string>();
        foreach (string name in _objects.Keys)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal))
            {
                names.Add(name);
            }
        }

        return names;
    }

    public void Delete(string name)
    {
        ObjectName.Check(name);
        Crash();
        _objects.Remove(name);
    }

    /// <summary>Flips a bit of an object, as a bad disk would.</summary>
    public void Damage(string name) => _objects[name][_objects[name].Length / 2] ^= 1;

    private bool Draw() => FaultsPerMille > 0 && Random.Next(1000) < FaultsPerMille;

    private void Fail(bool before)
    {
        if (Draw())
        {
            Faults++;
            throw new ExternalException(
                5000, before ? "Simulated fault before." : "Simulated fault behind.", retryable: true);
        }
    }

    private sealed class Writer(SimulatedObjectStore store, string name) : IObjectWriter
    {
        private readonly MemoryStream _content = new();

        public Stream Stream => _content;

        public void Complete()
        {
            store.Crash();
            if (store.Draw())
            {
                store.Faults++;
                byte[] torn = _content.ToArray();
                store._objects[name] = torn[..(torn.Length / 2)];
                throw new ExternalException(5000, "Simulated torn write.", retryable: true);
            }

            if (!store._objects.TryAdd(name, _content.ToArray()))
            {
                throw new ExternalException(5001, $"Object exists already: {name}.", retryable: false);
            }

            store.Crash();
        }

        public void Dispose() => _content.Dispose();
    }
}
