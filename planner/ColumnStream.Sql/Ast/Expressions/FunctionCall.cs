using ColumnStream.Sql.Ast.Queries;

namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Calls a scalar, aggregate, window or table function by name.</summary>
/// <remarks>
/// Forms with keywords become plain arguments: <c>EXTRACT(DAY FROM x)</c> is EXTRACT with a
/// <see cref="TimeUnitArgument"/> and x; <c>FLOOR(x TO DAY)</c> is FLOOR with x and a unit;
/// <c>SUBSTRING(x FROM a FOR b)</c> is SUBSTRING(x, a, b); <c>POSITION(a IN b)</c> is POSITION(a, b);
/// <c>OVERLAY(x PLACING y FROM a FOR b)</c> is OVERLAY(x, y, a, b); <c>CURRENT_TIMESTAMP</c> has no arguments.
/// <c>JSON_OBJECT(KEY a VALUE b)</c> is JSON_OBJECT(a, b), keys and values in turn; CONVERT(x USING name) has a
/// <see cref="CharacterSetArgument"/>.
/// Their names are then in capitals; every other name is as the user wrote it and is matched without regard to case.
/// </remarks>
/// <param name="Name">The function's name.</param>
/// <param name="Arguments">
/// The arguments, among them <see cref="StarArgument"/>, <see cref="NamedArgument"/>, <see cref="TimeUnitArgument"/>,
/// <see cref="TableArgument"/>, <see cref="DescriptorArgument"/>, <see cref="CharacterSetArgument"/>,
/// <see cref="DefaultArgument"/> and <see cref="JsonFormatArgument"/>.
/// </param>
/// <param name="IsDistinct">Whether DISTINCT precedes the arguments.</param>
/// <param name="WithinGroup">The order of WITHIN GROUP, or empty.</param>
/// <param name="Filter">The condition of FILTER (WHERE ...), or null.</param>
/// <param name="NullTreatment">IGNORE NULLS or RESPECT NULLS.</param>
/// <param name="Over">The window of OVER, inline or by name, or null.</param>
/// <param name="Json">The clauses of a JSON function, or null when none was written.</param>
public sealed record FunctionCall(
    QualifiedName Name,
    EquatableArray<Expression> Arguments,
    bool IsDistinct = false,
    EquatableArray<OrderItem> WithinGroup = default,
    Expression? Filter = null,
    NullTreatment NullTreatment = NullTreatment.Default,
    WindowSpecification? Over = null,
    JsonClauses? Json = null) : Expression;
