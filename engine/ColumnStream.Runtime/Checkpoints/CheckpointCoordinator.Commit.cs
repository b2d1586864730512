using System;
using System.Collections.Generic;
using System.Threading;
using ColumnStream.Engine.Errors;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Runtime.Savepoints;
using ColumnStream.Runtime.Tasks;

namespace ColumnStream.Runtime.Checkpoints;

/// <content>Collects the answers of tasks, claims the epoch and commits it.</content>
internal sealed partial class CheckpointCoordinator
{
    public void Acknowledge(StreamTask task, long epoch, TaskSnapshot snapshot, long bytes) => _mailbox.Post(() =>
    {
        CheckEpoch(epoch);
        _answers[task] = snapshot;
        _bytes += bytes;
        Collected(task);
    });

    public void Decline(StreamTask task, long epoch, Exception reason) => _mailbox.Post(() =>
    {
        CheckEpoch(epoch);
        _declined ??= reason;
        Collected(task);
    });

    public void Committed(StreamTask task, long epoch) => _mailbox.Post(() =>
    {
        CheckEpoch(epoch);
        if (_waiting.Remove(task) && _waiting.Count == 0)
        {
            FinishEpoch();
        }
    });

    /// <summary>A claimed epoch's commit is repeated for ever: skipping it would lose rows.</summary>
    public void CommitFailed(StreamTask task, long epoch, Exception reason) => _mailbox.Post(() =>
    {
        CheckEpoch(epoch);
        _options.Warn($"Sink could not commit epoch {epoch} and tries again: {reason.Message}");
        _backOffMs = Math.Min(MaxBackOffMs, Math.Max(50, _backOffMs * 2));
        var retry = new DelayedCommit(this, task, epoch);
        Executor.WakeAt(retry, Executor.Now + (_backOffMs * NsPerMs));
    });

    private void Collected(StreamTask task)
    {
        if (!_waiting.Remove(task) || _waiting.Count > 0)
        {
            return;
        }

        if (_declined is not null)
        {
            FailEpoch(_declined);
            return;
        }

        _failPoints.Hit(FailPoint.AfterAcknowledgements);
        History.Written(Executor.Now, _answers.Values, _bytes);
        Claim? claim = null;
        if (_store is not null)
        {
            try
            {
                Manifest manifest = MakeManifest();
                claim = _store.PutManifest(manifest);
                _savepoints.Pin(manifest);
            }
            catch (ExternalException failure)
            {
                FailEpoch(failure);
                return;
            }

            _failPoints.Hit(FailPoint.AfterManifest);

            // An error here leaves the outcome open: the job fails, and the next run reads what is true.
            if (!_store.TryClaim(claim, _failPoints))
            {
                if (_store.IsTakenByVoid(claim))
                {
                    FailEpoch(new ExternalException(
                        5010, $"A run that this one took over from claimed epoch {_epoch} too late.", retryable: true));
                    return;
                }

                throw new ExternalException(
                    5010, $"Another run took over the checkpoint folder; epoch {_epoch} is not ours.", retryable: false);
            }

            Ledger?.Claimed();
            _failPoints.Hit(FailPoint.AfterClaim);
        }

        History.Claimed(Executor.Now, claim?.ManifestPath);
        _restored = claim;
        _parentEpoch = _epoch;
        if (_store is null && _savepoints.Current is { } savepoint)
        {
            // Nothing else holds the epoch: what sinks show must be restorable from here first.
            _phase = Phase.Copying;
            BeginCopy(savepoint.Target, MakeManifest(), isCommitted: false);
            return;
        }

        CommitAll();
    }

    private Manifest MakeManifest()
    {
        var tasks = new List<TaskSnapshot>();
        foreach (StreamTask task in _tasks)
        {
            tasks.Add(_answers[task]);
        }

        return new Manifest(
            Manifest.CurrentVersion, _options.JobId, _epoch, _parentEpoch, _generation.Number, _generation.Nonce,
            Manifest.CurrentKeyHash, _keyGroups, Executor.Time.GetUtcNow().ToUnixTimeMilliseconds(),
            _endsAs == JobStatus.Finished, tasks)
        {
            Operators = _job.Operators,
            Ledger = Ledger?.Make(_epoch, _parentEpoch, _options.Checkpointing.IsExactlyOnce, _endsAs == JobStatus.Finished, tasks),
        };
    }

    private void CommitAll()
    {
        _phase = Phase.Committing;
        _backOffMs = 0;
        _waiting.Clear();
        foreach (StreamTask task in _tasks)
        {
            if (task.Commits)
            {
                _waiting.Add(task);
            }
        }

        if (_waiting.Count == 0)
        {
            FinishEpoch();
            return;
        }

        long epoch = _epoch;
        foreach (StreamTask task in _waiting)
        {
            task.Commit(epoch);
        }
    }

    private void FinishEpoch()
    {
        _failPoints.Hit(FailPoint.AfterCommit);
        if (_store is not null)
        {
            try
            {
                _store.PutCommitted(_restored!);
                _failPoints.Hit(FailPoint.AfterMarker);
                _store.CleanUp(_failPoints, _options.Checkpointing.Retained, _savepoints.Pinned);
            }
            catch (ExternalException failure)
            {
                // The epoch stands; the marker and old objects only save work and space.
                _options.Warn($"Old checkpoints could not be removed: {failure.Message}");
            }
        }

        foreach (StreamTask task in _tasks)
        {
            task.EpochCommitted(_epoch);
        }

        RemoveRestored();
        _failuresInARow = 0;
        History.Completed(Executor.Now);
        Volatile.Write(ref _metrics, new CheckpointMetrics(
            _metrics.Completed + 1, _metrics.Failed, _epoch, (Executor.Now - _triggeredNs) / 1e6, _bytes));
        CompleteSavepoint();
        if (_endsAs is { } status)
        {
            if (_savepoints.Copy is null)
            {
                EndJob(status);
            }
            else
            {
                _phase = Phase.Copying;
            }

            return;
        }

        _phase = Phase.Running;
        _nextNs = Math.Max(_triggeredNs + IntervalNs(), Executor.Now + PauseNs());
    }

    /// <summary>An own epoch is full and committed: a savepoint that the job's life owns is not needed any more.</summary>
    private void RemoveRestored()
    {
        if (_hasRemovedRestored || _store is null)
        {
            return;
        }

        _hasRemovedRestored = true;
        try
        {
            _job.RemoveClaimed();
        }
        catch (ColumnStreamException failure)
        {
            _options.Warn($"Savepoint that the job was restored from could not be removed: {failure.Message}");
        }
    }

    private void FailEpoch(Exception reason)
    {
        // A savepoint that cannot be written is the trouble of who asked for it.
        _failuresInARow += _savepoints.Current is null || _savepoints.Draining is not null ? 1 : 0;
        History.Failed(reason.Message);
        Volatile.Write(ref _metrics, _metrics with { Failed = _metrics.Failed + 1 });
        if (_failuresInARow > _options.TolerableFailedCheckpoints)
        {
            throw new ExternalException(
                5014, $"Checkpoints failed {_failuresInARow} times in a row: {reason.Message}", retryable: true, reason);
        }

        _options.Warn($"Checkpoint {_epoch} failed: {reason.Message}");
        _phase = Phase.Running;
        if (_savepoints.FailEpoch(reason) is { Stop: SavepointStop.Suspend } failed)
        {
            Resume(failed);
        }

        _nextNs = Executor.Now + Math.Max(Math.Min(IntervalNs(), 1000 * NsPerMs), PauseNs());
    }

    private void CheckEpoch(long epoch)
    {
        if (epoch != _epoch)
        {
            throw new InvariantException(9001, $"Answer belongs to another epoch: {epoch}, {_epoch}.");
        }
    }

    /// <summary>Repeats one commit when its time has come.</summary>
    private sealed class DelayedCommit(CheckpointCoordinator coordinator, StreamTask task, long epoch)
        : TaskUnit(coordinator.Name + "/retry", coordinator.Executor, coordinator.Job)
    {
        protected override TurnResult Run(in TurnBudget budget)
        {
            task.Commit(epoch);
            return TurnResult.Done;
        }

        protected override void Fail(Exception failure) => coordinator._job.Failed(this, failure);
    }
}
