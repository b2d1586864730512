using ColumnStream.Sql.Ast.Expressions;
using ColumnStream.Sql.Ast.Queries;

namespace ColumnStream.Sql.Parsing;

/// <summary>Orders the operators; a larger number binds tighter. The numbers are those of the dialect's grammar.</summary>
/// <remarks>
/// Deviations: IS DISTINCT FROM stands with the comparisons, where the dialect puts it with + and −, and the MULTISET
/// operators with + and *, where the dialect puts them below OR.
/// </remarks>
internal static class Precedence
{
    public const int Lowest = 0;
    public const int Or = 22;
    public const int And = 24;
    public const int Not = 26;
    public const int Is = 28;
    public const int Comparison = 30;
    public const int Range = 32;
    public const int Additive = 40;
    public const int Multiplicative = 60;
    public const int Sign = 80;
    public const int Primary = 100;

    /// <summary>Gives the level of MULTISET UNION, EXCEPT and INTERSECT: those of + and *, as in the standard.</summary>
    public static int Of(SetOperator set) => set == SetOperator.Intersect ? Multiplicative : Additive;

    public static int Of(BinaryOperator binary) => binary switch
    {
        BinaryOperator.Add or BinaryOperator.Subtract => Additive,
        BinaryOperator.Multiply or BinaryOperator.Divide or BinaryOperator.Modulo => Multiplicative,
        BinaryOperator.Concat => Multiplicative,
        _ => Comparison,
    };
}
