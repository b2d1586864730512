using ColumnStream.Arrow.Types;
using ColumnStream.Planner.Statements;
using ColumnStream.Sql;

namespace ColumnStream.Planner;

/// <summary>Holds the planned statements of a script in order, and all errors and warnings found, in order of place.</summary>
/// <param name="Source">The script.</param>
/// <param name="Statements">What to do; incomplete when there are errors.</param>
/// <param name="Errors">Syntax, binding and plan errors.</param>
/// <param name="Warnings">What the user should know, such as an unknown SET key.</param>
public sealed record PlanResult(
    SourceText Source,
    ValueList<PlannedStatement> Statements,
    ValueList<SqlDiagnostic> Errors,
    ValueList<SqlDiagnostic> Warnings)
{
    /// <summary>Gets whether the whole script was planned without an error.</summary>
    public bool IsSuccess => Errors.Count == 0;
}
