namespace ColumnStream.Server.Control;

/// <summary>Is what one process asks of another: one line of JSON.</summary>
/// <param name="Version">Version of the protocol.</param>
/// <param name="Verb"><c>jobs</c>, <c>savepoint</c>, <c>stop</c> or <c>cancel</c>.</param>
/// <param name="Job">Number of the job in its process; 0 where none is meant.</param>
/// <param name="Folder">Below which a savepoint goes; null leaves it to the job's option.</param>
/// <param name="Drain">Whether a stop ends the inputs first.</param>
internal sealed record ControlRequest(int Version, string Verb, long Job = 0, string? Folder = null, bool Drain = false)
{
    /// <summary>The version that is spoken.</summary>
    public const int CurrentVersion = 1;
}
