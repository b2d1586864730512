using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Engine.Errors;
using ColumnStream.Runtime.Savepoints;

namespace ColumnStream.Runtime.Jobs;

/// <summary>Is a handle on a started job; all members are callable from any thread.</summary>
public sealed class RunningJob
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _ended = new(initialState: false, spinCount: 0);
    private Func<JobMetrics> _metrics;
    private Action _cancel;
    private Action<Savepoint> _takeSavepoint;
    private readonly List<Savepoint> _savepoints = [];
    private int _status;

    internal RunningJob(string jobId, Func<JobMetrics> metrics, Action cancel, Action<Savepoint> takeSavepoint)
    {
        JobId = jobId;
        _metrics = metrics;
        _cancel = cancel;
        _takeSavepoint = takeSavepoint;
    }

    /// <summary>Gets the identity.</summary>
    public string JobId { get; }

    /// <summary>Gets where the job stands.</summary>
    public JobStatus Status => (JobStatus)Volatile.Read(ref _status);

    /// <summary>Gets why the job failed, or null.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Gets whether the job ended in any way; a job that restarts has not.</summary>
    public bool HasEnded => Status is not (JobStatus.Running or JobStatus.Restarting);

    /// <summary>Gets how often the job was started again after a failure.</summary>
    public int Restarts { get; private set; }

    /// <summary>Gets the failure that the last restart followed, or null.</summary>
    public Exception? RestartedAfter { get; private set; }

    /// <summary>Gets a task that completes, without error, when the job ended in any way.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Gets the epoch that the job was restored from, or 0.</summary>
    public long RestoredEpoch { get; internal set; }

    /// <summary>Returns what the job did so far.</summary>
    public JobMetrics Metrics() => _metrics();

    /// <summary>Blocks until the job ended in any way; cancelling the wait does not cancel the job.</summary>
    public JobStatus Wait(CancellationToken cancellation = default)
    {
        _ended.Wait(cancellation);
        return Status;
    }

    /// <summary>Waits at most <paramref name="limit"/> for the job's end; returns whether it came.</summary>
    public bool Wait(TimeSpan limit) => _ended.Wait(limit);

    /// <summary>Asks the job to stop behind a last checkpoint that is committed, so that nothing is lost.</summary>
    public void Cancel() => _cancel();

    /// <summary>Asks for a savepoint, which tells by itself how far it has come.</summary>
    public void TakeSavepoint(Savepoint savepoint)
    {
        lock (_savepoints)
        {
            _savepoints.RemoveAll(static s => s.Phase >= SavepointPhase.Done);
            if (HasEnded)
            {
                savepoint.Fail(Over());
                return;
            }

            _savepoints.Add(savepoint);
        }

        _takeSavepoint(savepoint);
    }

    /// <summary>Lets go of what ran, once the job ended: <see cref="Metrics"/> gives its last numbers from then on.</summary>
    public void Release()
    {
        if (HasEnded)
        {
            JobMetrics last = _metrics();
            _metrics = () => last;
            _cancel = static () => { };
            _takeSavepoint = savepoint => savepoint.Fail(Over());
        }
    }

    internal void Restart(Exception failure)
    {
        RestartedAfter = failure;
        Restarts++;
        lock (_savepoints)
        {
            Volatile.Write(ref _status, (int)JobStatus.Restarting);

            // The run that was asked may not have heard of it any more.
            foreach (Savepoint savepoint in _savepoints)
            {
                savepoint.Fail(Restarting(JobId));
            }

            _savepoints.Clear();
        }
    }

    internal static ExternalException Restarting(string jobId) => new(
        5040, $"Savepoint cannot be taken now: {jobId} failed and is about to start again. Ask once more then.", retryable: true);

    internal void Resume() =>
        Interlocked.CompareExchange(ref _status, (int)JobStatus.Running, (int)JobStatus.Restarting);

    internal void End(JobStatus status, Exception? failure)
    {
        Failure = failure;
        lock (_savepoints)
        {
            Volatile.Write(ref _status, (int)status);
            foreach (Savepoint savepoint in _savepoints)
            {
                savepoint.Fail(failure ?? Over());
            }
        }

        _ended.Set();
        _completion.TrySetResult();
    }

    private ExternalException Over() => new(
        5040, $"Savepoint cannot be taken: the job has ended, {JobId}: {Status.ToString().ToUpperInvariant()}.", retryable: false);
}
