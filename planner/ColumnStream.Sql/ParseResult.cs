using ColumnStream.Sql.Ast.Statements;

namespace ColumnStream.Sql;

/// <summary>Holds the statements that could be read, in order, and every error that was found.</summary>
public sealed record ParseResult(
    SourceText Source,
    EquatableArray<Statement> Statements,
    EquatableArray<SqlDiagnostic> Diagnostics)
{
    /// <summary>Gets the most parameters (?) that one of the statements has.</summary>
    public int ParameterCount { get; init; }

    /// <summary>Gets whether the whole script was read without an error.</summary>
    public bool IsSuccess => Diagnostics.IsEmpty;
}
