using System.Collections.Generic;
using ColumnStream.Compute.Types;

namespace ColumnStream.Server.State;

/// <summary>Is one state of a savepoint or checkpoint, as a table.</summary>
/// <param name="Operator">Readable name of the operator: <c>aggregate</c>, <c>join_2</c>.</param>
/// <param name="Uid">Its identity.</param>
/// <param name="State">Name of the state.</param>
/// <param name="Columns">What SQL sees: subtask, key_group, then the state's own.</param>
/// <param name="FileColumns">Position of each column in the files; −1 for the subtask.</param>
/// <param name="Parallelism">Subtasks that kept it.</param>
/// <param name="Rows">Rows of all its files, older images included.</param>
/// <param name="Bytes">Bytes of its files.</param>
internal sealed record SavedTable(
    string Operator, string Uid, string State, IReadOnlyList<SqlField> Columns, IReadOnlyList<int> FileColumns, int Parallelism,
    long Rows, long Bytes)
{
    /// <summary>Gets the columns by which rows are found.</summary>
    public required IReadOnlyList<SqlField> Keys { get; init; }
}
