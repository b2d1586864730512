using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Storage;

namespace ColumnStream.Testing.Simulation;

/// <summary>Keeps objects in memory and fails as disks and object stores do, by a seed.</summary>
/// <remarks>
/// What was completed survives a crash; what was being written does not. A failing call may have done its work before it
/// failed, which is what a time-out looks like, or have left a torn object under a name that nobody else uses. Calls
/// complete at once, so that one seed is one history.
/// </remarks>
public sealed class SimulatedObjectStore : IObjectStore
{
    private readonly MemoryObjectStore _objects = new(TimeProvider.System);
    private readonly SortedDictionary<StoreFault, int> _faults = [];

    /// <summary>Gets or sets the randomness of faults.</summary>
    public Random Random { get; set; } = new(0);

    /// <summary>Gets or sets how many of a thousand calls fail.</summary>
    public int FaultsPerMille { get; set; }

    /// <summary>Gets or sets what decides of each call, by its kind, how it fails, in place of luck; null leaves it to luck.</summary>
    public Func<StoreCall, StoreFault?>? Choose { get; set; }

    /// <summary>Gets or sets what is called before and after each durable step; may throw to end the process.</summary>
    public Action Crash { get; set; } = static () => { };

    /// <summary>Gets or sets what lets time pass when an answer is late.</summary>
    public Action<TimeSpan> Delay { get; set; } = static _ => { };

    /// <summary>Gets or sets what learns of each object that came to be, whether or not the caller learns of it.</summary>
    public Action<string, byte[]> Created { get; set; } = static (_, _) => { };

    /// <summary>Gets or sets what learns of each object before it is deleted.</summary>
    public Action<string> Deleting { get; set; } = static _ => { };

    /// <summary>Gets the number of faults so far.</summary>
    public int Faults { get; private set; }

    /// <summary>Gets the number of faults so far by kind.</summary>
    public IReadOnlyDictionary<StoreFault, int> FaultsByKind => _faults;

    public bool Exists(string name) => _objects.Find(name) is not null;

    public ValueTask<bool> TryCreateAsync(
        string name, ReadOnlyMemory<byte> content, CancellationToken cancellation = default)
    {
        ObjectName.Check(name);
        Crash();
        StoreFault? fault = Draw(
            StoreCall.Create, StoreFault.ServerError, StoreFault.TimeoutNotApplied, StoreFault.TimeoutApplied, StoreFault.Slow);
        FailBefore(fault);
        bool created = _objects.TryCreate(name, content.Span);
        if (created)
        {
            Created(name, content.ToArray());
        }

        Crash();
        FailBehind(fault);
        return new ValueTask<bool>(created);
    }

    public IObjectWriter Create(string name)
    {
        ObjectName.Check(name);
        return new Writer(this, name);
    }

    public ValueTask<Stream?> OpenReadAsync(
        string name, long offset = 0, long length = long.MaxValue, CancellationToken cancellation = default)
    {
        FailReading(StoreCall.Read);
        return _objects.OpenReadAsync(name, offset, length, cancellation);
    }

    public ValueTask<ObjectInfo?> FindAsync(string name, CancellationToken cancellation = default)
    {
        FailReading(StoreCall.Find);
        return _objects.FindAsync(name, cancellation);
    }

    public ValueTask<ObjectPage> ListAsync(
        string prefix, string? after = null, int limit = 1000, CancellationToken cancellation = default)
    {
        FailReading(StoreCall.List);
        return _objects.ListAsync(prefix, after, Math.Min(limit, 3), cancellation);
    }

    public ValueTask DeleteAsync(IReadOnlyList<string> names, CancellationToken cancellation = default)
    {
        foreach (string name in names)
        {
            ObjectName.Check(name);
        }

        // One by one: a batch may be done by half.
        foreach (string name in names)
        {
            Crash();
            StoreFault? fault = Draw(StoreCall.Delete, StoreFault.ServerError, StoreFault.TimeoutApplied, StoreFault.Slow);
            FailBefore(fault);
            Deleting(name);
            _objects.Delete(name);
            FailBehind(fault);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<int> RemoveLeftoversAsync(TimeSpan age, CancellationToken cancellation = default) => new(0);

    /// <summary>Flips a bit of an object, as a bad disk would; a second time mends it.</summary>
    /// <param name="name">The object.</param>
    /// <param name="at">The place of the byte; null takes the middle.</param>
    public void Damage(string name, long? at = null)
    {
        byte[] content = Content(name) ?? throw new ArgumentException($"Object does not exist: {name}.");
        content[at ?? content.Length / 2] ^= 1;
        _objects.Overwrite(name, content);
    }

    /// <summary>Returns the bytes of an object, or null, without a fault.</summary>
    public byte[]? Content(string name)
    {
        using Stream? stream = _objects.OpenRead(name);
        if (stream is null)
        {
            return null;
        }

        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    /// <summary>Returns all names with a prefix, without a fault.</summary>
    public IReadOnlyList<string> Names(string prefix) => _objects.List(prefix);

    /// <summary>Loses an object, or its second half, as a disk does that was never told to keep it.</summary>
    public void Lose(string name, bool half)
    {
        byte[]? content = Content(name);
        _objects.Delete(name);
        if (half && content is not null)
        {
            _objects.Overwrite(name, content[..(content.Length / 2)]);
        }
    }

    private StoreFault? Draw(StoreCall call, params ReadOnlySpan<StoreFault> kinds)
    {
        if (Choose is not null)
        {
            return Choose(call);
        }

        if (FaultsPerMille == 0 || Random.Next(1000) >= FaultsPerMille)
        {
            return null;
        }

        StoreFault fault = kinds[Random.Next(kinds.Length)];
        Faults++;
        _faults[fault] = _faults.GetValueOrDefault(fault) + 1;
        if (fault == StoreFault.Slow)
        {
            Delay(TimeSpan.FromMilliseconds(Random.Next(1, 2000)));
        }

        return fault;
    }

    private void FailReading(StoreCall call) =>
        FailBefore(Draw(call, StoreFault.ServerError, StoreFault.TimeoutNotApplied, StoreFault.Slow));

    private static void FailBefore(StoreFault? fault)
    {
        if (fault is StoreFault.ServerError or StoreFault.TimeoutNotApplied)
        {
            throw new ExternalException(5000, $"Simulated fault before: {fault}.", retryable: true);
        }
    }

    private static void FailBehind(StoreFault? fault)
    {
        if (fault is StoreFault.TimeoutApplied)
        {
            throw new ExternalException(5000, $"Simulated fault behind: {fault}.", retryable: true);
        }
    }

    private sealed class Writer(SimulatedObjectStore store, string name) : IObjectWriter
    {
        private readonly MemoryStream _content = new();

        public Stream Stream => _content;

        public ValueTask<ObjectInfo> CompleteAsync(CancellationToken cancellation = default)
        {
            store.Crash();
            StoreFault? fault = store.Draw(
                StoreCall.Write, StoreFault.ServerError, StoreFault.TimeoutNotApplied, StoreFault.TimeoutApplied,
                StoreFault.TornWrite, StoreFault.Slow);
            FailBefore(fault);
            byte[] content = _content.ToArray();
            if (fault == StoreFault.TornWrite)
            {
                store._objects.Overwrite(name, content[..(content.Length / 2)]);
                throw new ExternalException(5000, "Simulated torn write.", retryable: true);
            }

            using IObjectWriter writer = store._objects.Create(name);
            writer.Stream.Write(content);
            ObjectInfo info = writer.Complete();
            store.Crash();
            FailBehind(fault);
            return new ValueTask<ObjectInfo>(info);
        }

        public void Dispose() => _content.Dispose();
    }
}
