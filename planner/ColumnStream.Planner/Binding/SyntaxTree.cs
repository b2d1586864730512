using System.Collections.Generic;
using System.Linq;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Planner.Binding;

/// <summary>Walks expressions as written.</summary>
internal static class SyntaxTree
{
    /// <summary>Tells whether an aggregate function is called in <paramref name="expression"/>, subqueries aside.</summary>
    public static bool HasAggregate(Expression expression) =>
        IsAggregate(expression) || (expression is FunctionCall call && IsGrouping(call)) || Children(expression).Any(HasAggregate);

    /// <summary>Tells whether <paramref name="expression"/> itself calls an aggregate function.</summary>
    public static bool IsAggregate(Expression expression) =>
        expression is FunctionCall { Over: null } call && call.Name.Parts.Count == 1
        && AggregateTable.Find(call.Name.Last.Value) is not null;

    /// <summary>Tells whether a call asks about the grouping set of a row.</summary>
    public static bool IsGrouping(FunctionCall call) => call.Name.Parts.Count == 1
        && call.Name.Last.Value.ToUpperInvariant() is "GROUPING" or "GROUPING_ID" or "GROUP_ID";

    /// <summary>Returns the direct parts of an expression.</summary>
    public static IEnumerable<Expression> Children(Expression expression) => expression switch
    {
        ArrayConstructor array => array.Elements,
        BetweenExpression between => [between.Operand, between.Low, between.High],
        BinaryExpression binary => [binary.Left, binary.Right],
        CaseExpression choice => new[] { choice.Operand, choice.Else }.OfType<Expression>()
            .Concat(choice.Whens.SelectMany<WhenClause, Expression>(when => [when.Condition, when.Result])),
        CastExpression cast => [cast.Operand],
        DistinctFromExpression distinct => [distinct.Left, distinct.Right],
        ElementAccess access => [access.Operand, access.Index],
        FieldAccess access => [access.Operand],
        FunctionCall call => call.Arguments
            .Concat(call.Filter is null ? [] : [call.Filter])
            .Concat(call.Over is null ? [] : call.Over.PartitionBy.Concat(call.Over.OrderBy.Select(o => o.Expression))),
        InListExpression list => list.Items.Prepend(list.Operand),
        InQueryExpression query => [query.Operand],
        IsExpression test => [test.Operand],
        LikeExpression like => new[] { like.Operand, like.Pattern, like.Escape }.OfType<Expression>(),
        LogicalExpression logical => logical.Operands,
        MapConstructor map => map.Entries.SelectMany<MapEntry, Expression>(entry => [entry.Key, entry.Value]),
        NamedArgument named => [named.Value],
        IntervalExpression interval => [interval.Operand],
        JsonFormatArgument json => [json.Value],
        MatchSemanticsExpression semantics => [semantics.Call],
        MembershipExpression membership => [membership.Operand, membership.Collection],
        MultisetConstructor multiset => multiset.Elements,
        MultisetOperation multiset => [multiset.Left, multiset.Right],
        PeriodExpression period => [period.Left, period.Right],
        QuantifiedExpression quantified => [quantified.Operand],
        QuantifiedListExpression quantified => quantified.Items.Prepend(quantified.Operand),
        RowConstructor row => row.Elements,
        TrimExpression trim => new[] { trim.Operand, trim.Characters }.OfType<Expression>(),
        UnaryExpression unary => [unary.Operand],
        _ => [],
    };
}
