namespace ColumnStream.Server.Control;

/// <summary>Describes one running job of a process.</summary>
/// <param name="Process">Number of the process.</param>
/// <param name="Number">Its number in the process.</param>
/// <param name="Name">Its name.</param>
/// <param name="Statement">What it runs.</param>
/// <param name="StartedMs">When it started.</param>
/// <param name="Checkpoints">Address of its checkpoints, or null.</param>
/// <param name="LastEpoch">Its newest checkpoint, 0 before any.</param>
/// <param name="IsQuery">Whether it is a SELECT.</param>
internal sealed record ControlJob(
    int Process, long Number, string Name, string Statement, long StartedMs, string? Checkpoints, long LastEpoch, bool IsQuery);
