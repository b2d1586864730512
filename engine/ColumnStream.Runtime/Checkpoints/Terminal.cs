namespace ColumnStream.Runtime.Checkpoints;

/// <summary>Records that a job came to its end; it is never run again from here.</summary>
/// <param name="Status">FINISHED.</param>
/// <param name="Epoch">The last epoch.</param>
/// <param name="Generation">The run that ended.</param>
public sealed record Terminal(string Status, long Epoch, long Generation);
