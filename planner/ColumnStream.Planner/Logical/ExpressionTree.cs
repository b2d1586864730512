using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Functions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Planner.Logical;

/// <summary>Walks and rebuilds bound expressions.</summary>
internal static class ExpressionTree
{
    private static readonly SqlType BooleanNotNull = SqlType.Boolean.WithNullable(false);

    /// <summary>Gets the literal TRUE.</summary>
    public static LiteralExpression True { get; } = new("true", BooleanNotNull);

    /// <summary>Gets the literal FALSE.</summary>
    public static LiteralExpression False { get; } = new("false", BooleanNotNull);

    /// <summary>Returns the direct parts of an expression.</summary>
    public static IEnumerable<BoundExpression> Children(BoundExpression expression) => expression switch
    {
        CallExpression call => call.Arguments,
        CastExpression cast => [cast.Input],
        CaseExpression choice => choice.Branches.SelectMany<CaseBranch, BoundExpression>(b => [b.Condition, b.Value])
            .Concat(choice.Otherwise is null ? [] : [choice.Otherwise]),
        SubqueryExpression query => query.Arguments.Concat(query.Operands),
        _ => [],
    };

    /// <summary>Rebuilds an expression with <paramref name="map"/> applied to its direct parts.</summary>
    public static BoundExpression MapChildren(BoundExpression expression, Func<BoundExpression, BoundExpression> map) =>
        expression switch
        {
            CallExpression call => call with { Arguments = ValueList.From(call.Arguments.Select(map)) },
            CastExpression cast => cast with { Input = map(cast.Input) },
            CaseExpression choice => choice with
            {
                Branches = ValueList.From(choice.Branches.Select(b => new CaseBranch(map(b.Condition), map(b.Value)))),
                Otherwise = choice.Otherwise is null ? null : map(choice.Otherwise),
            },
            SubqueryExpression query => query with
            {
                Arguments = ValueList.From(query.Arguments.Select(map)), Operands = ValueList.From(query.Operands.Select(map)),
            },
            ColumnExpression or LiteralExpression or ParameterExpression or PlaceholderExpression => expression,
            _ => throw new InvariantException(9001, $"Expression is unknown: {expression.GetType().Name}."),
        };

    /// <summary>Replaces every column by <paramref name="map"/> of its index.</summary>
    public static BoundExpression MapColumns(BoundExpression expression, Func<int, BoundExpression> map) =>
        expression is ColumnExpression column ? map(column.Index) : MapChildren(expression, e => MapColumns(e, map));

    /// <summary>Moves every column to a new index, keeping its type.</summary>
    public static BoundExpression Remap(BoundExpression expression, Func<int, int> map) =>
        expression is ColumnExpression column
            ? column with { Index = map(column.Index) }
            : MapChildren(expression, e => Remap(e, map));

    /// <summary>Adds the columns that an expression reads.</summary>
    public static void CollectColumns(BoundExpression expression, ISet<int> columns)
    {
        if (expression is ColumnExpression column)
        {
            columns.Add(column.Index);
        }

        foreach (BoundExpression child in Children(expression))
        {
            CollectColumns(child, columns);
        }
    }

    /// <summary>Returns the columns that an expression reads.</summary>
    public static SortedSet<int> ColumnsOf(BoundExpression expression)
    {
        var columns = new SortedSet<int>();
        CollectColumns(expression, columns);
        return columns;
    }

    /// <summary>Tells whether equal arguments may give different values: such an expression is neither copied nor moved.</summary>
    public static bool IsVolatile(BoundExpression expression) =>
        (expression is CallExpression call && FunctionTable.Find(call.Function)?.Volatility == Volatility.Volatile)
        || Children(expression).Any(IsVolatile);

    /// <summary>Tells whether an expression or a part of it is of a kind.</summary>
    public static bool Has<T>(BoundExpression expression)
        where T : BoundExpression => expression is T || Children(expression).Any(Has<T>);

    /// <summary>Splits a condition at its ANDs.</summary>
    public static IEnumerable<BoundExpression> Conjuncts(BoundExpression predicate) => Lineage.Conjuncts(predicate);

    /// <summary>Joins conditions by AND; none is TRUE.</summary>
    public static BoundExpression And(IReadOnlyList<BoundExpression> conjuncts) => conjuncts.Count switch
    {
        0 => True,
        1 => conjuncts[0],
        _ => new CallExpression(
            "AND", ValueList.From(conjuncts), SqlType.Boolean.WithNullable(conjuncts.Any(c => c.Type.Nullable))),
    };

    /// <summary>Casts to <paramref name="target"/> where the type differs in more than nullability and time attribute.</summary>
    public static BoundExpression CastTo(BoundExpression expression, SqlType target)
    {
        SqlType plain = target.Materialized().WithNullable(expression.Type.Nullable);
        return expression is PlaceholderExpression parameter ? parameter.As(target)
            : expression.Type.Materialized() == plain ? expression
            : expression is LiteralExpression { Value: null }
                ? new LiteralExpression(null, target.Materialized().WithNullable(true))
            : new CastExpression(expression, plain) { Location = expression.Location };
    }
}
