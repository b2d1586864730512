using System;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Storage;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Runtime.Savepoints;
using ColumnStream.Runtime.Tasks;

namespace ColumnStream.Runtime.Checkpoints;

/// <content>Takes savepoints, and ends the job.</content>
internal sealed partial class CheckpointCoordinator
{
    public void TakeSavepoint(Savepoint savepoint) => _mailbox.Post(() => _savepoints.Add(savepoint));

    /// <summary>Triggers the epoch of a savepoint; null when the inputs are to end first.</summary>
    private void BeginSavepoint(Savepoint? savepoint)
    {
        if (savepoint is null)
        {
            foreach (StreamTask task in _tasks)
            {
                task.DrainSources();
            }

            Notify();
            return;
        }

        _endsAs = savepoint.Stop == SavepointStop.Suspend ? JobStatus.Cancelled : null;
        Trigger();
    }

    private void BeginCopy(IObjectStore from, Manifest manifest, bool isCommitted)
    {
        var copy = new SavepointCopy(
            Name + "/savepoint", Executor, Job, from, manifest, _savepoints.Current!, isCommitted, _failPoints,
            failure => _mailbox.Post(() => Copied(failure)));
        _savepoints.BeginCopy(copy);
        copy.Notify();
    }

    /// <summary>A copy ended, well or not; who waits for it goes on.</summary>
    private void Copied(Exception? failure)
    {
        if (failure is not null)
        {
            Savepoint failed = _savepoints.End();
            failed.Fail(failure);
            _options.Warn($"Savepoint failed: {failure.Message}");
            if (_store is null)
            {
                ResumeBehind(failed);
            }
            else if (_phase == Phase.Copying)
            {
                Resume(failed);
            }
        }
        else if (_store is null)
        {
            _savepoints.EndCopy();
            CommitAll();
        }
        else
        {
            _savepoints.End().Complete();
            if (_phase == Phase.Copying)
            {
                EndJob(_endsAs!.Value);
            }
        }
    }

    /// <summary>A job without a store goes on as if the epoch had failed: what sinks prepared rides with the next one.</summary>
    private void ResumeBehind(Savepoint failed)
    {
        if (failed.Stop == SavepointStop.Drain)
        {
            CommitAll();
            return;
        }

        _phase = Phase.Running;
        Resume(failed);
    }

    /// <summary>Goes on behind a savepoint that failed: sources that it stopped read on; what was drained or cancelled ends.</summary>
    private void Resume(Savepoint failed)
    {
        if (_endsAs is { } status && (_cancelRequested || failed.Stop != SavepointStop.Suspend))
        {
            if (_phase == Phase.Copying)
            {
                EndJob(status);
            }

            return;
        }

        _endsAs = null;
        _phase = Phase.Running;
        foreach (StreamTask task in _tasks)
        {
            task.ResumeSources();
        }
    }

    private void GiveUpSavepoints() => _savepoints.FailAll(
        new ExternalException(5040, $"Savepoint was given up: the job has ended, {_options.JobId}.", retryable: false));

    /// <summary>The epoch of a savepoint is committed: it is copied now, or its folder says that nothing is left to commit.</summary>
    private void CompleteSavepoint()
    {
        if (_store is not null)
        {
            if (_savepoints.Current is not null)
            {
                BeginCopy(_store.Objects, _savepoints.Pinned!, isCommitted: true);
            }

            return;
        }

        if (_savepoints.Copied is not { } savepoint)
        {
            return;
        }

        try
        {
            new CheckpointStore(savepoint.Target).PutSavepointCommitted();
        }
        catch (ExternalException failure)
        {
            // It can be restored all the same, into the folders where its sinks wrote.
            _options.Warn($"Savepoint could not be marked as committed: {failure.Message}");
        }

        _savepoints.End().Complete();
    }

    private void EndJob(JobStatus status)
    {
        _phase = Phase.Ended;
        if (status == JobStatus.Finished && _store is not null)
        {
            _store.PutTerminal(new Terminal("FINISHED", _epoch, _generation.Number));
            _failPoints.Hit(FailPoint.AfterTerminal);
        }

        if (status == JobStatus.Cancelled && _options.Checkpointing.DeletesOnCancellation)
        {
            Discard();
        }

        _job.Finish(status);
    }

    private void Discard()
    {
        try
        {
            _store?.Discard(_epoch);
        }
        catch (ExternalException failure)
        {
            _options.Warn($"Checkpoints could not be deleted: {failure.Message}");
        }
    }
}
