namespace ColumnStream.Server.Commands;

/// <summary>Lists what the process returns.</summary>
internal static class ExitCode
{
    /// <summary>Everything was done.</summary>
    public const int Done = 0;

    /// <summary>A job failed.</summary>
    public const int Failed = 1;

    /// <summary>SQL, options or usage are wrong; nothing ran.</summary>
    public const int Usage = 2;

    /// <summary>The user interrupted it twice.</summary>
    public const int Interrupted = 130;
}
