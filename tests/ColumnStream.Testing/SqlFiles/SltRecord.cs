using System.Collections.Generic;

namespace ColumnStream.Testing.SqlFiles;

/// <summary>Is one block of an .slt file.</summary>
/// <param name="Kind"><c>statement ok</c>, <c>statement error</c>, <c>query</c> or <c>stream</c>.</param>
/// <param name="Argument">What stands behind the kind: the error's code, the sort mode.</param>
/// <param name="Sql">The text.</param>
/// <param name="Expected">Expected lines of a query, or the <c>&gt;</c> and <c>&lt;</c> lines of a stream.</param>
/// <param name="Line">Where the block begins, from 1.</param>
public sealed record SltRecord(string Kind, string Argument, string Sql, IReadOnlyList<string> Expected, int Line)
{
    /// <summary>Gets the names of legs that a comment <c># legs: -name, -name: reason</c> right above the block exempts.</summary>
    public IReadOnlyList<string> Exempt { get; init; } = [];
}
