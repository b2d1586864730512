using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Functions;

namespace ColumnStream.Planner.Functions;

/// <summary>Tells what a person wants to know about one function or operator.</summary>
/// <param name="Name">The name, or the symbol of an operator.</param>
/// <param name="Kind">Where it can be called.</param>
/// <param name="Family">The family of the list's entry, or <c>other</c>.</param>
/// <param name="Signatures">The signatures.</param>
/// <param name="Doc">One sentence.</param>
/// <param name="Example">An expression or query, or empty.</param>
/// <param name="Volatility">What the result depends on.</param>
/// <param name="Aliases">Other names.</param>
public sealed record FunctionInfo(
    string Name,
    FunctionKind Kind,
    string Family,
    ValueList<string> Signatures,
    string Doc,
    string Example,
    Volatility Volatility,
    ValueList<string> Aliases);
