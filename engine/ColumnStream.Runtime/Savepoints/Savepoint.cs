using System;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Engine.Storage;

namespace ColumnStream.Runtime.Savepoints;

/// <summary>Is a savepoint that was asked for, from the asking to its end. Thread-safe.</summary>
/// <param name="target">Its own folder, empty.</param>
/// <param name="address">How the user calls the folder.</param>
/// <param name="stop">What becomes of the job behind it.</param>
public sealed class Savepoint(IObjectStore target, string address, SavepointStop stop = SavepointStop.GoOn)
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private long _epoch;
    private long _copiedBytes;
    private long _totalBytes;
    private int _phase;

    /// <summary>Gets its folder.</summary>
    public IObjectStore Target => target;

    /// <summary>Gets how the user calls the folder.</summary>
    public string Address => address;

    /// <summary>Gets what becomes of the job.</summary>
    public SavepointStop Stop => stop;

    /// <summary>Gets how far it has come.</summary>
    public SavepointPhase Phase => (SavepointPhase)Volatile.Read(ref _phase);

    /// <summary>Gets its epoch, 0 before it has one.</summary>
    public long Epoch => Volatile.Read(ref _epoch);

    /// <summary>Gets the bytes of state in its folder.</summary>
    public long CopiedBytes => Volatile.Read(ref _copiedBytes);

    /// <summary>Gets the bytes of state that belong there, 0 before they are known.</summary>
    public long TotalBytes => Volatile.Read(ref _totalBytes);

    /// <summary>Gets why it was given up, or null.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Gets a task that completes, without error, when it is done or given up.</summary>
    public Task Completion => _completion.Task;

    internal void Begin(long epoch)
    {
        Volatile.Write(ref _epoch, epoch);
        Enter(SavepointPhase.Snapshotting);
    }

    internal void BeginCopy(long totalBytes)
    {
        Volatile.Write(ref _totalBytes, totalBytes);
        Enter(SavepointPhase.Copying);
    }

    internal void Copied(long bytes) => Volatile.Write(ref _copiedBytes, bytes);

    internal void Complete() => End(SavepointPhase.Done, null);

    /// <summary>Gives it up, unless it is done.</summary>
    internal void Fail(Exception failure) => End(SavepointPhase.Failed, failure);

    private void Enter(SavepointPhase phase)
    {
        lock (_gate)
        {
            if (Phase < SavepointPhase.Done)
            {
                Volatile.Write(ref _phase, (int)phase);
            }
        }
    }

    private void End(SavepointPhase phase, Exception? failure)
    {
        lock (_gate)
        {
            if (Phase >= SavepointPhase.Done)
            {
                return;
            }

            Failure = failure;
            Volatile.Write(ref _phase, (int)phase);
        }

        _completion.TrySetResult();
    }
}
