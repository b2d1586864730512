namespace ColumnStream.Server.Shell;

/// <summary>Says how an edit ended.</summary>
internal enum EditOutcome
{
    /// <summary>With a text.</summary>
    Text,

    /// <summary>With Ctrl-C.</summary>
    Cancelled,

    /// <summary>With Ctrl-D in front of nothing.</summary>
    End,
}
