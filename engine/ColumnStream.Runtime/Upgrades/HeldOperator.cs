using System;
using System.Collections.Generic;
using ColumnStream.Runtime.Checkpoints;

namespace ColumnStream.Runtime.Upgrades;

/// <summary>Is what a checkpoint, or a plan that could have written one, holds for an operator.</summary>
internal sealed class HeldOperator(OperatorRecord record, bool isDescribed)
{
    private readonly Dictionary<string, (long Rows, long Bytes)> _sizes = new(StringComparer.Ordinal);

    public OperatorRecord Record => record;

    /// <summary>Gets whether the checkpoint says what its states mean; those from before it did do not.</summary>
    public bool IsDescribed => isDescribed;

    /// <summary>Gets whether it can be told what is held: files of a checkpoint, not a plan alone.</summary>
    public bool IsMeasured { get; private init; }

    /// <summary>Gets whether a sink prepared parts that no commit is known of.</summary>
    public bool HasUncommitted { get; private set; }

    /// <summary>Gets the files' rows, or -1.</summary>
    public long Rows { get; private set; } = -1;

    /// <summary>Gets the files' bytes, or -1.</summary>
    public long Bytes { get; private set; } = -1;

    /// <summary>Returns rows and bytes of a state.</summary>
    public (long Rows, long Bytes) SizeOf(string state) => IsMeasured ? _sizes.GetValueOrDefault(state) : (-1, -1);

    /// <summary>Takes what a plan would hold.</summary>
    public static List<HeldOperator> Of(IReadOnlyList<PlannedOperator> plan)
    {
        var held = new List<HeldOperator>();
        foreach (PlannedOperator planned in plan)
        {
            held.Add(new HeldOperator(planned.Record, isDescribed: true));
        }

        return held;
    }

    /// <summary>Takes what a checkpoint holds.</summary>
    /// <param name="manifest">The checkpoint.</param>
    /// <param name="isCommitted">Whether every sink is known to have committed it.</param>
    public static List<HeldOperator> Of(Manifest manifest, bool isCommitted)
    {
        var held = new List<HeldOperator>();
        var byUid = new Dictionary<string, HeldOperator>(StringComparer.Ordinal);
        foreach (OperatorRecord record in manifest.Operators ?? [])
        {
            Add(record, isDescribed: true);
        }

        foreach (TaskSnapshot task in manifest.Tasks)
        {
            foreach (SourceSnapshot source in task.Sources)
            {
                Find(source.Uid, "source");
            }

            foreach (SinkSnapshot sink in task.Sinks)
            {
                Find(sink.Uid, "sink").HasUncommitted |= !isCommitted && sink.Committables.Count > 0;
            }

            foreach (StateSnapshot state in task.States)
            {
                Find(state.Uid, KindOf(state.Uid)).Add(state, manifest.Operators is null);
            }
        }

        return held;

        HeldOperator Find(string uid, string kind) => byUid.TryGetValue(uid, out HeldOperator? known)
            ? known : Add(new OperatorRecord(uid, kind, new Dictionary<string, string>(), new List<StateRecord>()), false);

        HeldOperator Add(OperatorRecord record, bool isDescribed)
        {
            var added = new HeldOperator(record, isDescribed) { IsMeasured = true, Rows = 0, Bytes = 0 };
            byUid[record.Uid] = added;
            held.Add(added);
            return added;
        }
    }

    private static string KindOf(string uid) => uid.Split('-')[0];

    private void Add(StateSnapshot state, bool names)
    {
        (long rows, long bytes) = _sizes.GetValueOrDefault(state.Name);
        if (names && !_sizes.ContainsKey(state.Name))
        {
            ((List<StateRecord>)record.States).Add(new StateRecord(state.Name, IsOptional: false, []));
        }

        foreach (StateFile file in state.Files)
        {
            rows += file.Rows;
            bytes += file.Length;
            Rows += file.Rows;
            Bytes += file.Length;
        }

        _sizes[state.Name] = (rows, bytes);
    }
}
