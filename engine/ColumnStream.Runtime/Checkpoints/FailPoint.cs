using System.Collections.Generic;

namespace ColumnStream.Runtime.Checkpoints;

/// <summary>Names the points of a run and of the checkpoint protocol, in their order.</summary>
public static class FailPoint
{
    /// <summary>A run took the folder: its generation is durable.</summary>
    public const string AfterGeneration = "after-generation";

    /// <summary>One sink committed once more what the restored claim names; others may not have.</summary>
    public const string MidRestoreCommit = "mid-restore-commit";

    /// <summary>All tasks are restored and the restored claim is committed; leftovers are still there.</summary>
    public const string AfterRestore = "after-restore";

    /// <summary>A checkpoint was triggered.</summary>
    public const string AfterTrigger = "after-trigger";

    /// <summary>A sink prepared its rows of an epoch; nothing names them yet.</summary>
    public const string AfterPrepare = "after-prepare";

    /// <summary>A task's state files are durable; nothing names them yet.</summary>
    public const string AfterUpload = "after-upload";

    /// <summary>All tasks answered; there is no manifest yet.</summary>
    public const string AfterAcknowledgements = "after-acknowledgements";

    /// <summary>The manifest is durable; no claim names it yet.</summary>
    public const string AfterManifest = "after-manifest";

    /// <summary>The fence was looked at and is open; the claim is not put yet.</summary>
    public const string BeforeClaim = "before-claim";

    /// <summary>The claim is durable; the fence was not looked at again.</summary>
    public const string MidClaim = "mid-claim";

    /// <summary>The claim is durable and ours; no sink knows it yet.</summary>
    public const string AfterClaim = "after-claim";

    /// <summary>One sink committed; others may not have.</summary>
    public const string MidCommit = "mid-commit";

    /// <summary>All sinks committed; the marker is not written yet.</summary>
    public const string AfterCommit = "after-commit";

    /// <summary>The committed marker is durable.</summary>
    public const string AfterMarker = "after-marker";

    /// <summary>The floor is durable; everything below it is still there.</summary>
    public const string AfterFloor = "after-floor";

    /// <summary>Some old objects are deleted.</summary>
    public const string MidCleanup = "mid-cleanup";

    /// <summary>The job's end is recorded.</summary>
    public const string AfterTerminal = "after-terminal";

    /// <summary>The first file of a savepoint is copied.</summary>
    public const string MidSavepoint = "mid-savepoint";

    /// <summary>All state is in the savepoint's folder; no manifest names it yet.</summary>
    public const string AfterSavepointCopy = "after-savepoint-copy";

    /// <summary>The savepoint's manifest is durable; its record is not written yet.</summary>
    public const string AfterSavepointManifest = "after-savepoint-manifest";

    /// <summary>The savepoint can be restored; nobody was told yet.</summary>
    public const string AfterSavepoint = "after-savepoint";

    /// <summary>Gets the names of the points that only savepoints pass.</summary>
    public static IReadOnlyList<string> OfSavepoints { get; } =
        [MidSavepoint, AfterSavepointCopy, AfterSavepointManifest, AfterSavepoint];

    /// <summary>Gets the names of the points that every checkpoint passes.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        AfterGeneration, MidRestoreCommit, AfterRestore, AfterTrigger, AfterPrepare, AfterUpload, AfterAcknowledgements,
        AfterManifest, BeforeClaim, MidClaim, AfterClaim, MidCommit, AfterCommit, AfterMarker, AfterFloor, MidCleanup,
        AfterTerminal,
    ];

    /// <summary>Tells whether a point stands where an epoch is claimed and not all of its sinks have committed it.</summary>
    public static bool IsBetweenClaimAndCommit(string name) =>
        name is MidClaim or AfterClaim or MidCommit or MidRestoreCommit;
}
