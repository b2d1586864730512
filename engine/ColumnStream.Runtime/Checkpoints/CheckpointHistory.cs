using System;
using System.Collections.Generic;
using System.Threading;
using ColumnStream.Runtime.Jobs;

namespace ColumnStream.Runtime.Checkpoints;

/// <summary>Keeps what is known of a job's newest checkpoints; written by the coordinator, read by anybody.</summary>
internal sealed class CheckpointHistory
{
    private const int Most = 100;

    private readonly Lock _gate = new();
    private readonly List<CheckpointRecord> _records = [];
    private long _phaseNs;

    /// <summary>Returns the newest checkpoints, oldest first.</summary>
    public IReadOnlyList<CheckpointRecord> All()
    {
        lock (_gate)
        {
            return [.. _records];
        }
    }

    public void Begin(long epoch, string kind, long nowNs, long triggeredMs)
    {
        _phaseNs = nowNs;
        lock (_gate)
        {
            if (_records.Count == Most)
            {
                _records.RemoveAt(0);
            }

            _records.Add(new CheckpointRecord(epoch, kind, triggeredMs));
        }
    }

    /// <summary>All tasks have answered.</summary>
    public void Written(long nowNs, IEnumerable<TaskSnapshot> tasks, long bytes)
    {
        double writeMs = Next(nowNs);
        long alignmentNs = 0;
        long pauseNs = 0;
        long stateBytes = 0;
        bool isFull = true;
        var states = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (TaskSnapshot task in tasks)
        {
            alignmentNs = Math.Max(alignmentNs, task.Timing.AlignmentNs);
            pauseNs = Math.Max(pauseNs, task.Timing.PauseNs);
            foreach (StateSnapshot state in task.States)
            {
                foreach (StateFile file in state.Files)
                {
                    stateBytes += file.Length;
                    isFull &= file.IsFull;
                    states[state.Uid] = states.GetValueOrDefault(state.Uid) + file.Length;
                }
            }
        }

        Change(record => record with
        {
            WriteMs = writeMs, AlignmentMs = alignmentNs / 1e6, PauseMs = pauseNs / 1e6, Bytes = bytes,
            StateBytes = stateBytes, IsFull = isFull, StateBytesOf = states,
        });
    }

    public void Claimed(long nowNs, string? path)
    {
        double claimMs = Next(nowNs);
        Change(record => record with { ClaimMs = claimMs, Path = path });
    }

    public void Completed(long nowNs)
    {
        double commitMs = Next(nowNs);
        Change(record => record with { CommitMs = commitMs, Status = "COMPLETED" });
    }

    public void Failed(string reason) => Change(record => record with { Status = "FAILED", Failure = reason });

    private double Next(long nowNs)
    {
        double ms = (nowNs - _phaseNs) / 1e6;
        _phaseNs = nowNs;
        return ms;
    }

    private void Change(Func<CheckpointRecord, CheckpointRecord> change)
    {
        lock (_gate)
        {
            if (_records.Count > 0)
            {
                _records[^1] = change(_records[^1]);
            }
        }
    }
}
