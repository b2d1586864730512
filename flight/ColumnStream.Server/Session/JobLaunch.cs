namespace ColumnStream.Server.Session;

/// <summary>Says how a job is called and where it begins.</summary>
/// <param name="Script">The script, whose name a job has that names itself not.</param>
/// <param name="Ordinal">Which of the script's INSERT jobs it is, from 0.</param>
/// <param name="Restore"><c>latest</c>, <c>none</c> or a path; null leaves it to the options.</param>
internal sealed record JobLaunch(string Script, int Ordinal, string? Restore)
{
    /// <summary>Gets the job's name, whatever options and script say; null leaves it to them.</summary>
    public string? Name { get; init; }

    /// <summary>Gets whether cancelling it ends it where it stands.</summary>
    public bool CancelsAtOnce { get; init; }
}
