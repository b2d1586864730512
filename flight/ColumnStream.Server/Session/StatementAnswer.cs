using ColumnStream.Arrow.Types;

namespace ColumnStream.Server.Session;

/// <summary>Is what a statement that is no job comes to.</summary>
/// <param name="Summary">One line for a terminal: <c>CREATE TABLE orders</c>.</param>
internal sealed record StatementAnswer(string Summary)
{
    /// <summary>Gets the columns of a table of text; none where there is nothing to show.</summary>
    public ValueList<string> Columns { get; init; }

    /// <summary>Gets the rows.</summary>
    public ValueList<ValueList<string>> Rows { get; init; }

    /// <summary>Gets the number of rows that it changed, 0 for a definition, or -1 where it is no such statement.</summary>
    public long UpdateCount { get; init; } = -1;

    /// <summary>Gets whether there is a table.</summary>
    public bool HasRows => Columns.Count > 0;
}
