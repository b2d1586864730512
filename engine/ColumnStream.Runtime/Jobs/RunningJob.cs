using System;
using System.Threading;
using System.Threading.Tasks;

namespace ColumnStream.Runtime.Jobs;

/// <summary>Is a handle on a started job; all members are callable from any thread.</summary>
public sealed class RunningJob
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _ended = new(initialState: false, spinCount: 0);
    private readonly Func<JobMetrics> _metrics;
    private readonly Action _cancel;
    private int _status;

    internal RunningJob(string jobId, Func<JobMetrics> metrics, Action cancel)
    {
        JobId = jobId;
        _metrics = metrics;
        _cancel = cancel;
    }

    /// <summary>Gets the identity.</summary>
    public string JobId { get; }

    /// <summary>Gets where the job stands.</summary>
    public JobStatus Status => (JobStatus)Volatile.Read(ref _status);

    /// <summary>Gets why the job failed, or null.</summary>
    public Exception? Failure { get; private set; }

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

    internal void End(JobStatus status, Exception? failure)
    {
        Failure = failure;
        Volatile.Write(ref _status, (int)status);
        _ended.Set();
        _completion.TrySetResult();
    }
}
