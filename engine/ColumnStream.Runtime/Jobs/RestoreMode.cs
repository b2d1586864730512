namespace ColumnStream.Runtime.Jobs;

/// <summary>Names where a job starts.</summary>
public enum RestoreMode : byte
{
    /// <summary>From nothing; what earlier runs left in the checkpoint folder is no longer looked at.</summary>
    None,

    /// <summary>From the newest claimed checkpoint, or from nothing when there is none.</summary>
    Latest,

    /// <summary>From the newest claimed checkpoint of another store; the first own checkpoint is full.</summary>
    Path,
}
