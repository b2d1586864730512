using System.Collections.Generic;

namespace ColumnStream.Runtime.Checkpoints;

/// <summary>Names the points of the checkpoint protocol, in their order.</summary>
public static class FailPoint
{
    /// <summary>A checkpoint was triggered.</summary>
    public const string AfterTrigger = "after-trigger";

    /// <summary>A sink prepared its rows of an epoch; nothing names them yet.</summary>
    public const string AfterPrepare = "after-prepare";

    /// <summary>A task's state files are durable; nothing names them yet.</summary>
    public const string AfterUpload = "after-upload";

    /// <summary>The manifest is durable; no claim names it yet.</summary>
    public const string AfterManifest = "after-manifest";

    /// <summary>The claim is durable; no sink knows it yet.</summary>
    public const string AfterClaim = "after-claim";

    /// <summary>One sink committed; others may not have.</summary>
    public const string MidCommit = "mid-commit";

    /// <summary>All sinks committed; the marker is not written yet.</summary>
    public const string AfterCommit = "after-commit";

    /// <summary>The committed marker is durable.</summary>
    public const string AfterMarker = "after-marker";

    /// <summary>Some old objects are deleted.</summary>
    public const string MidCleanup = "mid-cleanup";

    /// <summary>The job's end is recorded.</summary>
    public const string AfterTerminal = "after-terminal";

    /// <summary>Gets all names.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        AfterTrigger, AfterPrepare, AfterUpload, AfterManifest, AfterClaim, MidCommit, AfterCommit, AfterMarker,
        MidCleanup, AfterTerminal,
    ];
}
