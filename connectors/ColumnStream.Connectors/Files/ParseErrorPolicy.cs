namespace ColumnStream.Connectors.Files;

/// <summary>Says what happens to a record that cannot be decoded.</summary>
internal enum ParseErrorPolicy : byte
{
    /// <summary>The job fails.</summary>
    Fail,

    /// <summary>It is counted and left out.</summary>
    Skip,

    /// <summary>It is counted, left out and written elsewhere.</summary>
    DeadLetter,
}
