using System;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Engine.Errors;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Server.Results;

namespace ColumnStream.Server.Session;

/// <summary>Is a SELECT whose job runs while its rows are read; disposed before the end, it cancels the job.</summary>
internal sealed class QueryRun : StatementResult
{
    private readonly BatchQueue _queue;
    private readonly ResultReceiver _receiver;
    private readonly LaunchedJob _job;
    private readonly SessionHost _host;
    private readonly Task _watch;
    private int _isDisposed;

    /// <summary>Begins to watch a job.</summary>
    /// <param name="queue">What the rows are read from.</param>
    /// <param name="receiver">What the job writes to: the queue, or what keeps final rows for it.</param>
    /// <param name="job">The job.</param>
    /// <param name="host">Ends it with the process.</param>
    public QueryRun(BatchQueue queue, ResultReceiver receiver, LaunchedJob job, SessionHost host)
    {
        _host = host;
        _queue = queue;
        _receiver = receiver;
        _job = job;
        Schema = queue.Schema;
        host.Remember(this);
        _watch = WatchAsync();
    }

    /// <summary>Gets the handle of the job.</summary>
    public RunningJob Job => _job.Running;

    /// <inheritdoc/>
    public override ValueTask<RecordBatch?> ReadAsync(CancellationToken cancellation) => _queue.ReadAsync(cancellation);

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _host.Forget(this);
            _queue.Abandon();
            _job.Running.Cancel();
            await _watch;
            _receiver.Dispose();
            _queue.Dispose();
        }
    }

    private async Task WatchAsync()
    {
        await _job.Running.Completion;
        _job.Dispose();
        if (_job.Running.Status == JobStatus.Failed)
        {
            _queue.Fail(_job.Running.Failure!);
        }
        else if (_job.Running.Status == JobStatus.Cancelled && Volatile.Read(ref _isDisposed) == 0)
        {
            _queue.Fail(new ResourceException(6002, $"The statement was cancelled: {_job.Running.JobId}."));
        }
        else
        {
            try
            {
                lock (_receiver)
                {
                    _receiver.Complete();
                }
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                // Final rows may not fit into memory as they are written; the client still waits for the end.
                _queue.Fail(failure);
            }
        }
    }
}
