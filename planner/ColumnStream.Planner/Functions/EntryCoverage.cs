using ColumnStream.Arrow.Types;
using ColumnStream.Sql;

namespace ColumnStream.Planner.Functions;

/// <summary>Tells whether an entry of the list is covered.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Signatures">Our signatures with the result type of the first example: <c>UPPER(s) → STRING</c>.</param>
/// <param name="Refused">The first example that does not plan, or null when the entry is covered.</param>
/// <param name="Error">Why it does not plan.</param>
/// <param name="IsBatchOnly">Whether an example plans in batch mode only.</param>
public sealed record EntryCoverage(
    FunctionEntry Entry, ValueList<string> Signatures, string? Refused, SqlDiagnostic? Error, bool IsBatchOnly)
{
    /// <summary>Gets whether all examples plan.</summary>
    public bool IsCovered => Refused is null;
}
