namespace ColumnStream.Data.Execution;

/// <summary>States what is to run.</summary>
/// <param name="Connection">Where; it is open.</param>
/// <param name="Sql">The text.</param>
/// <param name="Parameters">Its parameters.</param>
/// <param name="TimeoutSeconds">The seconds until its first rows; 0 for no end.</param>
internal sealed record Statement(
    ColumnStreamConnection Connection, string Sql, ColumnStreamParameterCollection Parameters, int TimeoutSeconds);
