using System;
using System.Threading;
using ColumnStream.Engine.Errors;
using ColumnStream.Runtime.Savepoints;
using ColumnStream.Runtime.Tasks;

namespace ColumnStream.Runtime.Jobs;

/// <summary>Keeps one job running: starts it, and after a failure starts it again from its newest checkpoint.</summary>
/// <remarks>
/// <code>
/// Running --failed--> all units closed --may restart?--> Restarting --delay--> next generation, restored --> Running
///    |                                   `-- no: Failed                  `-- cancelled: Cancelled
///    `-- ended or cancelled: stays so for ever
/// </code>
/// An attempt begins only when nothing of the last one runs any more, so that its sinks and sources are free.
/// </remarks>
internal sealed class JobSupervisor : TaskUnit
{
    private const long NsPerMs = 1_000_000;

    private readonly Func<JobAttempt, RunningJob, JobExecution> _make;
    private readonly JobOptions _options;
    private readonly RestartPolicy _policy;
    private readonly Mailbox _mailbox;
    private JobExecution _execution;
    private JobAttempt _attempt;
    private long _restartNs = long.MaxValue;
    private bool _cancelRequested;
    private bool _ended;

    public JobSupervisor(
        Executor io, JobOptions options, Func<JobAttempt, RunningJob, JobExecution> make)
        : base(options.JobId + "/supervisor", io, new JobShare(options.Weight))
    {
        _make = make;
        _options = options;
        _policy = new RestartPolicy(options.Restart, new Random(options.Seed));
        _mailbox = new Mailbox(this);
        Handle = new RunningJob(
            options.JobId, () => Volatile.Read(ref _execution!).CollectMetrics(), () => _mailbox.Post(Cancel),
            savepoint => _mailbox.Post(() => TakeSavepoint(savepoint)));
        _attempt = new JobAttempt(1, new CheckpointMetrics(0, 0, 0, 0, 0), OnEnded);
        _execution = make(_attempt, Handle);
    }

    public RunningJob Handle { get; }

    /// <summary>Makes the first attempt on the caller's thread: what keeps it from starting is the caller's to know.</summary>
    public void Start(Action<RunningJob>? starting)
    {
        try
        {
            _execution.Start(starting);
        }
        catch (ExternalException failure) when (_execution.Explained(failure) is var explained && explained != failure)
        {
            throw explained;
        }
    }

    protected override TurnResult Run(in TurnBudget budget)
    {
        _mailbox.Drain();
        if (_restartNs != long.MaxValue && !_ended)
        {
            if (Executor.Now >= _restartNs)
            {
                _restartNs = long.MaxValue;
                StartAgain();
            }
            else
            {
                Executor.WakeAt(this, _restartNs);
            }
        }

        return _ended ? TurnResult.Done : TurnResult.Idle;
    }

    protected override void Fail(Exception failure) => Handle.End(JobStatus.Failed, failure);

    private void OnEnded(JobStatus status, Exception? failure) => _mailbox.Post(() =>
    {
        if (failure is null)
        {
            End(status, null);
            return;
        }

        Recover(failure);
    });

    private void Cancel()
    {
        _cancelRequested = true;
        if (_restartNs != long.MaxValue)
        {
            // Nothing runs: what the newest checkpoint holds is where the next run goes on.
            End(JobStatus.Cancelled, null);
        }
        else if (!_ended)
        {
            _execution.Cancel();
        }
    }

    private void TakeSavepoint(Savepoint savepoint)
    {
        if (savepoint.Phase >= SavepointPhase.Done)
        {
            // The run that it was asked of failed meanwhile.
        }
        else if (_restartNs == long.MaxValue && !_ended)
        {
            _execution.TakeSavepoint(savepoint);
        }
        else
        {
            savepoint.Fail(RunningJob.Restarting(_options.JobId));
        }
    }

    private void Recover(Exception failed)
    {
        Exception failure = _execution.Explained(failed);
        CheckpointMetrics done = _execution.CheckpointMetrics;
        long? delayMs = _cancelRequested ? null : _policy.Next(failure, done.Completed, Executor.Now);
        if (delayMs is not long ms)
        {
            End(JobStatus.Failed, Final(failure));
            return;
        }

        _attempt = _attempt with
        {
            Number = _attempt.Number + 1,
            Former = done,
        };
        Handle.Restart(failure);
        _options.Warn(FormattableString.Invariant(
            $"Job failed and starts again in {ms / 1000.0:0.0##} s (attempt {_attempt.Number}): {failure.Message}"));
        _restartNs = Executor.Now + (ms * NsPerMs);
        Executor.WakeAt(this, _restartNs);
    }

    private void StartAgain()
    {
        JobExecution execution = _make(_attempt, Handle);
        Volatile.Write(ref _execution, execution);
        try
        {
            execution.Start(starting: null);
        }
        catch (Exception failure) when (failure is not SimulatedCrashException)
        {
            execution.Abandon();
            Recover(JobExecution.Known(failure));
        }
    }

    /// <summary>Gives the failure that began it all, and how often the job was tried.</summary>
    private Exception Final(Exception failure)
    {
        if (_policy.Attempts <= 1 || _policy.First is not ColumnStreamException first)
        {
            return _policy.Attempts <= 1 ? failure : _policy.First!;
        }

        string message = $"{first.Message} The job was tried {_policy.Attempts} times"
            + (failure.Message == first.Message ? "." : $"; at last: {failure.Message}");
        return first switch
        {
            UserException => new UserException(first.Code, message, first),
            ResourceException => new ResourceException(first.Code, message, first),
            ExternalException external => new ExternalException(first.Code, message, external.IsRetryable, first),
            _ => first,
        };
    }

    private void End(JobStatus status, Exception? failure)
    {
        if (_ended)
        {
            return;
        }

        _ended = true;
        _restartNs = long.MaxValue;
        Handle.End(status, failure);
    }
}
