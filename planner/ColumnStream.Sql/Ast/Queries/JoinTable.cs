using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Joins two table references.</summary>
/// <param name="Left">The left side.</param>
/// <param name="Kind">The kind of join.</param>
/// <param name="Right">The right side.</param>
/// <param name="On">The condition of ON, or null.</param>
/// <param name="Using">The columns of USING, or empty.</param>
/// <param name="IsNatural">Whether NATURAL was written.</param>
/// <param name="IsAsof">Whether ASOF was written: an extension, each left row meets one right row at most.</param>
public sealed record JoinTable(
    TableReference Left,
    JoinKind Kind,
    TableReference Right,
    Expression? On = null,
    EquatableArray<Identifier> Using = default,
    bool IsNatural = false,
    bool IsAsof = false) : TableReference;
