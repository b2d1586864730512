namespace ColumnStream.Engine.Sources;

/// <summary>Says what a poll found.</summary>
public enum SourcePoll : byte
{
    /// <summary>A batch was given.</summary>
    Batch,

    /// <summary>Nothing for now; the reader wakes the task, or asks to be polled at a time.</summary>
    Idle,

    /// <summary>Nothing ever again.</summary>
    End,
}
