namespace ColumnStream.Server.Results;

/// <summary>Names the forms of a SELECT's rows.</summary>
internal enum ResultFormat
{
    /// <summary>Aligned columns for people.</summary>
    Table,

    /// <summary>Comma-separated values with a header.</summary>
    Csv,

    /// <summary>One JSON object a line.</summary>
    Json,

    /// <summary>An Arrow IPC stream.</summary>
    Arrow,
}
