using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace ColumnStream.Testing.Queries;

/// <summary>Makes typed expressions over columns, in our dialect and, where the meaning is the same, in SQLite's.</summary>
/// <remarks>Left out, since meanings differ or an order decides: overflow, division by zero, inexact reals, texts of reals.</remarks>
public sealed class ExpressionMaker(Random random)
{
    private static readonly string[] Comparisons = ["=", "<>", "<", "<=", ">", ">="];
    private static readonly string[] Words = ["", "a", "ab", "b", "Zoë", "ABC"];

    /// <summary>Gets the types that columns are made of.</summary>
    public static IReadOnlyList<QueryType> Types { get; } = Enum.GetValues<QueryType>();

    /// <summary>Makes an expression of a type.</summary>
    public QueryNode Make(QueryType type, IReadOnlyList<QueryColumn> scope, int depth) => type switch
    {
        QueryType.Whole => Whole(scope, depth),
        QueryType.Real => Real(scope, depth),
        QueryType.Decimal => Decimal(scope, depth),
        QueryType.Text => Text(scope, depth),
        QueryType.Truth => Truth(scope, depth),
        _ => Time(scope, depth),
    };

    /// <summary>Makes a condition.</summary>
    public QueryNode Truth(IReadOnlyList<QueryColumn> scope, int depth)
    {
        int choice = random.Next(depth <= 0 ? 7 : 11);
        QueryType type = AnyType(scope);
        return choice switch
        {
            0 or 1 => Of(QueryType.Truth, "(", Make(type, scope, depth - 1), $" {Pick(Comparisons)} ", Make(type, scope, 0), ")"),
            2 => Of(QueryType.Truth, "(", Column(type, scope), Pick([" IS NULL", " IS NOT NULL", " IS NOT NULL"]), ")"),
            3 => Of(
                QueryType.Truth, "(", Whole(scope, 0), Pick([" IN ", " NOT IN "]),
                $"({random.Next(-2, 2)}, {random.Next(2, 5)}, {random.Next(9)}{Pick(["", "", ", NULL"])}))"),
            4 => Of(
                QueryType.Truth, "(", Whole(scope, depth - 1), Pick([" BETWEEN ", " NOT BETWEEN "]),
                $"{random.Next(-5, 1)} AND {random.Next(0, 6)})"),
            5 => Of(
                QueryType.Truth, "(", Text(scope, 0), Pick([" LIKE ", " NOT LIKE "]),
                    Pick(["'a%'", "'%b%'", "'%'", "'_'", "'Zo_'"]), ")"),
            6 => Has(QueryType.Truth, scope)
                ? Of(QueryType.Truth, Column(QueryType.Truth, scope))
                : Of(QueryType.Truth, Column(type, scope), " IS NOT NULL"),
            7 or 8 => Of(QueryType.Truth, "(", Truth(scope, depth - 1), Pick([" AND ", " OR ", " OR "]),
                Truth(scope, depth - 1), ")"),
            9 => Of(QueryType.Truth, "NOT (", Truth(scope, depth - 1), ")"),
            _ => Of(
                QueryType.Truth, "(", Make(type, scope, 0), Pick([" IS DISTINCT FROM ", " IS NOT DISTINCT FROM "]),
                Make(type, scope, 0), ")"),
        };
    }

    /// <summary>Makes an aggregate call; <paramref name="type"/> is its type.</summary>
    public QueryNode Aggregate(IReadOnlyList<QueryColumn> scope, bool mayFilter, out QueryType type)
    {
        QueryNode filter = mayFilter && random.Next(4) == 0
            ? QueryNode.Optional("filter", " FILTER (WHERE ", Truth(scope, 1), ")")
            : new QueryNode("");
        type = QueryType.Whole;
        switch (random.Next(10))
        {
            case 0:
                return Of(type, new QueryNode("count"), "COUNT(*)", filter);
            case 1:
                return Of(type, new QueryNode("count"), "COUNT(", Make(AnyType(scope), scope, 1), ")", filter);
            case 2 or 3:
                type = Pick([QueryType.Whole, QueryType.Whole, QueryType.Real, QueryType.Decimal]);
                return Of(type, new QueryNode("sum"), "SUM(", Make(type, scope, 1), ")", filter);
            case 4 or 5:
                type = Pick([QueryType.Whole, QueryType.Real, QueryType.Decimal, QueryType.Text, QueryType.Time]);
                return Of(type, new QueryNode("min max"), Pick(["MIN(", "MAX("]), Make(type, scope, 1), ")", filter);
            case 6:
                type = QueryType.Real;
                return Of(type, new QueryNode("avg"), "AVG(", Real(scope, 1), ")", filter);
            case 7:
                return Of(type, new QueryNode("count distinct"), "COUNT(DISTINCT ", Make(AnyType(scope), scope, 0), ")", filter);
            case 8:
                return Of(type, new QueryNode("sum distinct"), "SUM(DISTINCT ", Whole(scope, 0), ")", filter);
            default:
                QueryNode value = Whole(scope, 0);
                return Of(type, new QueryNode("avg"), ("AVG(", "(SUM("), value, (")", ") / COUNT("),
                    new QueryNode("", Theirs(value)), ("", "))"));
        }
    }

    /// <summary>Returns a type of which the scope has a column.</summary>
    public QueryType AnyType(IReadOnlyList<QueryColumn> scope) => scope[random.Next(scope.Count)].Type;

    /// <summary>Returns a column of a type, or a constant when there is none.</summary>
    public QueryNode Column(QueryType type, IReadOnlyList<QueryColumn> scope)
    {
        QueryColumn[] fitting = [.. scope.Where(c => c.Type == type)];
        return fitting.Length > 0 ? Of(type, fitting[random.Next(fitting.Length)].Name) : Constant(type);
    }

    /// <summary>Returns an expression node.</summary>
    public static QueryNode Of(QueryType type, params object[] parts) => new("", parts) { Type = type };

    /// <summary>Returns a constant.</summary>
    public QueryNode Constant(QueryType type) => type switch
    {
        QueryType.Whole => Of(type, $"CAST({random.Next(-5, 6)} AS BIGINT)"),
        QueryType.Real => Of(type, $"CAST({Quarter()} AS DOUBLE)"),
        QueryType.Decimal => Of(type, ($"CAST({Quarter()} AS DECIMAL(10, 2))", "CAST(" + Quarter(again: true) + " AS REAL)")),
        QueryType.Text => Of(type, $"'{Pick(Words)}'"),
        QueryType.Truth => Of(type, Pick(["TRUE", "FALSE"])),
        _ => Instant(random.Next(60)),
    };

    private static QueryNode Instant(int second)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"2026-01-01 00:00:{second:D2}");
        return Of(QueryType.Time, ($"TIMESTAMP '{text}'", QueryWorld.Millis(text).ToString(CultureInfo.InvariantCulture)));
    }

    private QueryNode Whole(IReadOnlyList<QueryColumn> scope, int depth)
    {
        const QueryType Type = QueryType.Whole;
        return (depth <= 0 ? 0 : random.Next(12)) switch
        {
            3 => Of(Type, "(", Whole(scope, depth - 1), Pick([" + ", " - "]), Whole(scope, depth - 1), ")"),
            4 => Of(Type, "(", Column(Type, scope), " * ", $"CAST({random.Next(-3, 4)} AS BIGINT)", ")"),
            5 => Of(Type, "(", Whole(scope, depth - 1), $" % {random.Next(2, 5)})"),
            6 => Of(Type, "COALESCE(", Whole(scope, depth - 1), ", ", Whole(scope, 0), ")"),
            7 => Of(Type, "CASE WHEN ", Truth(scope, depth - 1), " THEN ", Whole(scope, 0), " ELSE ", Whole(scope, 0), " END"),
            8 => Of(Type, ("CHAR_LENGTH(", "LENGTH("), Text(scope, depth - 1), ")"),
            9 => Of(Type, "ABS(", Whole(scope, depth - 1), ")"),
            10 => Of(Type, "NULLIF(", Whole(scope, depth - 1), $", {random.Next(4)})"),
            _ => Column(Type, scope),
        };
    }

    private QueryNode Real(IReadOnlyList<QueryColumn> scope, int depth)
    {
        const QueryType Type = QueryType.Real;
        return (depth <= 0 ? 0 : random.Next(7)) switch
        {
            2 => Of(Type, "(", Real(scope, depth - 1), Pick([" + ", " - "]), Real(scope, 0), ")"),
            3 => Of(Type, Pick(["FLOOR", "CEIL", "ABS"]), "(", Real(scope, depth - 1), ")"),
            4 => Of(Type, "CASE WHEN ", Truth(scope, depth - 1), " THEN ", Real(scope, 0), " END"),
            5 => Of(Type, "CAST(", Whole(scope, depth - 1), " AS DOUBLE)"),
            _ => Column(Type, scope),
        };
    }

    private QueryNode Decimal(IReadOnlyList<QueryColumn> scope, int depth)
    {
        const QueryType Type = QueryType.Decimal;
        return (depth <= 0 ? 0 : random.Next(6)) switch
        {
            3 => Of(Type, "(", Column(Type, scope), Pick([" + ", " - "]), Column(Type, scope), ")"),
            4 => Of(Type, "COALESCE(", Column(Type, scope), ", ", Column(Type, scope), ")"),
            _ => Column(Type, scope),
        };
    }

    private QueryNode Text(IReadOnlyList<QueryColumn> scope, int depth)
    {
        const QueryType Type = QueryType.Text;
        return (depth <= 0 ? 0 : random.Next(8)) switch
        {
            2 => Of(Type, "(", Text(scope, depth - 1), " || ", Text(scope, 0), ")"),
            3 => Of(Type, ("SUBSTRING(", "SUBSTR("), Text(scope, depth - 1), ", 1, 2)"),
            4 => Of(Type, "COALESCE(", Text(scope, depth - 1), ", 'none')"),
            5 => Of(Type, "CASE WHEN ", Truth(scope, depth - 1), " THEN ", Text(scope, 0), " ELSE ", Text(scope, 0), " END"),
            6 => Of(Type, "CAST(", Whole(scope, depth - 1), (" AS STRING)", " AS TEXT)")),
            _ => Column(Type, scope),
        };
    }

    private QueryNode Time(IReadOnlyList<QueryColumn> scope, int depth)
    {
        int seconds = random.Next(1, 20);
        return depth > 0 && random.Next(4) == 0
            ? Of(QueryType.Time, "(", Column(QueryType.Time, scope), ($" + INTERVAL '{seconds}' SECOND)", $" + {seconds * 1000})"))
            : Column(QueryType.Time, scope);
    }

    /// <summary>Returns a part that only the other dialect prints: an argument that it must name twice.</summary>
    private static QueryNode Theirs(QueryNode node) => new("", ("", node.Print(ours: false)));

    private static bool Has(QueryType type, IReadOnlyList<QueryColumn> scope) => scope.Any(c => c.Type == type);

    private string _quarter = "";

    private string Quarter(bool again = false) =>
        again ? _quarter : _quarter = (random.Next(-40, 41) / 4.0).ToString("F2", CultureInfo.InvariantCulture);

    private T Pick<T>(T[] of) => of[random.Next(of.Length)];
}
