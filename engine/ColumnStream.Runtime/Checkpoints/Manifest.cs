using System.Collections.Generic;
using ColumnStream.Runtime.Ledger;

namespace ColumnStream.Runtime.Checkpoints;

/// <summary>Lists all snapshots, source positions and sink transactions of one epoch; it exists when its claim names it.</summary>
/// <param name="FormatVersion">Version of this layout.</param>
/// <param name="JobId">The job.</param>
/// <param name="Epoch">The checkpoint's number.</param>
/// <param name="ParentEpoch">The epoch that the run continued from, or 0.</param>
/// <param name="Generation">The run of the job that wrote it.</param>
/// <param name="Nonce">What tells two writers of one generation apart.</param>
/// <param name="KeyHash">Name of the hash function of keys: an on-disk format.</param>
/// <param name="KeyGroups">Number of key groups.</param>
/// <param name="CreatedMs">When it was written, milliseconds since 1970.</param>
/// <param name="IsFinal">Whether all inputs had ended.</param>
/// <param name="Tasks">One an subtask.</param>
public sealed record Manifest(
    int FormatVersion,
    string JobId,
    long Epoch,
    long ParentEpoch,
    long Generation,
    string Nonce,
    string KeyHash,
    int KeyGroups,
    long CreatedMs,
    bool IsFinal,
    IReadOnlyList<TaskSnapshot> Tasks)
{
    /// <summary>Gets what went in and out up to here; null without a ledger.</summary>
    public JobLedger? Ledger { get; init; }

    /// <summary>Gets what the plan keeps, by operator; null in checkpoints from before it was written.</summary>
    public IReadOnlyList<OperatorRecord>? Operators { get; init; }

    /// <summary>The version that is written.</summary>
    public const int CurrentVersion = 1;

    /// <summary>The hash function in use.</summary>
    public const string CurrentKeyHash = "columnstream-keyhash-1";
}
