using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Expressions;

/// <summary>Asks for one aggregate over columns that the input already computes.</summary>
/// <param name="Function">Canonical upper-case name in the aggregate table: COUNT, SUM, MIN, MAX, AVG …</param>
/// <param name="Arguments">Input column indices; empty for COUNT(*).</param>
/// <param name="ArgumentTypes">Types of the arguments.</param>
/// <param name="Distinct">Whether equal arguments count once.</param>
/// <param name="Filter">Index of a BOOLEAN input column that must be true, or -1.</param>
/// <param name="Type">The result type.</param>
/// <param name="StateId">Identity of the state column across plan changes.</param>
public sealed record AggregateCall(
    string Function,
    ValueList<int> Arguments,
    ValueList<SqlType> ArgumentTypes,
    bool Distinct,
    int Filter,
    SqlType Type,
    string StateId)
{
    /// <summary>Gets the constant arguments, in order: a separator, percentages.</summary>
    public ValueList<LiteralExpression> Constants { get; init; }

    /// <summary>Gets what becomes of NULLs, where the call says so.</summary>
    public NullRule Nulls { get; init; }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Function}({(Distinct ? "DISTINCT " : string.Empty)}" +
        $"{(Arguments.Count == 0 ? "*" : "$" + string.Join(", $", Arguments))}" +
        $"{(Constants.Count == 0 ? string.Empty : ", " + string.Join(", ", Constants))})" +
        $"{(Nulls == NullRule.Default ? string.Empty : $" {Nulls.ToString().ToLowerInvariant()} nulls")}" +
        $"{(Filter < 0 ? string.Empty : $" FILTER ${Filter}")}";
}
