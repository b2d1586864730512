using System.Linq;
using System.Text;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.WindowFunctions;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Operators;

namespace ColumnStream.Planner.Logical;

/// <summary>Prints logical plans as trees with column names, for EXPLAIN and tests.</summary>
internal static class LogicalPrinter
{
    /// <summary>Prints a plan, inputs indented below their consumer.</summary>
    public static string Print(LogicalPlan plan)
    {
        var text = new StringBuilder();
        Append(text, plan, 0);
        return text.ToString();
    }

    /// <summary>Prints an expression with the names of <paramref name="fields"/> for its columns.</summary>
    public static string Print(BoundExpression expression, ValueList<SqlField> fields) => expression switch
    {
        ColumnExpression column => column.Index < fields.Count ? fields[column.Index].Name : $"${column.Index}",
        LiteralExpression literal => Literal(literal),
        CastExpression cast =>
            $"{(cast.Try ? "TRY_CAST" : "CAST")}({Print(cast.Input, fields)} AS {cast.Type.WithNullable(true)})",
        CaseExpression choice =>
            "CASE" + string.Concat(choice.Branches.Select(
                b => $" WHEN {Print(b.Condition, fields)} THEN {Print(b.Value, fields)}"))
            + (choice.Otherwise is null ? string.Empty : " ELSE " + Print(choice.Otherwise, fields)) + " END",
        CallExpression call => Call(call, fields),
        ParameterExpression or SubqueryExpression => expression.ToString()!,
        _ => throw new InvariantException(9001, $"Expression is unknown: {expression.GetType().Name}."),
    };

    /// <summary>Prints an aggregate with the names of <paramref name="fields"/>.</summary>
    public static string Print(AggregateCall call, ValueList<SqlField> fields) =>
        $"{call.Function}({(call.Distinct ? "DISTINCT " : string.Empty)}"
        + $"{(call.Arguments.Count == 0 ? "*" : string.Join(", ", call.Arguments.Select(a => fields[a].Name)))}"
        + string.Concat(call.Constants.Select(c => $", {Print(c, fields)}"))
        + (call.Nulls == NullRule.Default ? ")" : $") {call.Nulls.ToString().ToUpperInvariant()} NULLS")
        + (call.Filter < 0 ? string.Empty : $" FILTER {fields[call.Filter].Name}");

    private static string Print(WindowCall call, ValueList<SqlField> fields) =>
        call.Frame is null
            ? Print(call.Call, fields).Replace("(*", "(", System.StringComparison.Ordinal)
            : $"{Print(call.Call, fields)} {call.Frame}";

    private static string Literal(LiteralExpression literal) =>
        literal.Value is null ? "NULL"
        : literal.Type.IsText ? $"'{literal.Value.Replace("'", "''", System.StringComparison.Ordinal)}'"
        : literal.Type.IsInteger || literal.Type.IsApproximate ? literal.Value
        : literal.Type.IsNested ? Nested(literal)
        : literal.Type.Id == SqlTypeId.Boolean ? literal.Value.ToUpperInvariant()
        : $"{literal.Value}:{literal.Type.WithNullable(true)}";

    // The value itself is bytes that nobody reads; its text is what CAST gives.
    private static string Nested(LiteralExpression literal) =>
        ConstantFolder.Fold(new CastExpression(literal, SqlType.String)) is LiteralExpression { Value: { } text }
            ? $"{text}:{literal.Type.WithNullable(true)}" : $"{literal.Value}:{literal.Type.WithNullable(true)}";

    private static string Call(CallExpression call, ValueList<SqlField> fields)
    {
        string[] arguments = [.. call.Arguments.Select(a => Print(a, fields))];
        bool isSymbol = !char.IsAsciiLetter(call.Function[0]) || call.Function is "AND" or "OR";
        return isSymbol && arguments.Length > 1
            ? "(" + string.Join($" {call.Function} ", arguments) + ")"
            : call.Function.StartsWith("IS ", System.StringComparison.Ordinal) && arguments.Length == 1
                ? $"({arguments[0]} {call.Function})"
                : $"{call.Function}({string.Join(", ", arguments)})";
    }

    private static void Append(StringBuilder text, LogicalPlan plan, int depth)
    {
        text.Append(' ', depth * 2).Append(Line(plan)).Append('\n');
        foreach (LogicalPlan input in plan.Inputs)
        {
            Append(text, input, depth + 1);
        }
    }

    private static string Line(LogicalPlan plan) => plan switch
    {
        TableReadPlan read => $"Read {read.Table.Name.Name} [{Names(read.Fields)}]"
            + (read.EmitsWatermarks ? $" watermark {read.Table.Watermark!.Text}" : string.Empty),
        ValuesPlan values => $"Values {values.Rows.Count} rows [{Names(values.Fields)}]",
        FilterPlan filter => $"Filter {Print(filter.Predicate, filter.Input.Fields)}",
        ProjectPlan project => $"Project [{string.Join(", ", project.Expressions.Select(
            (e, i) => Item(Print(e, project.Input.Fields), project.Fields[i].Name)))}]",
        WindowPlan window => $"Window {Window(window.Window, window.Input.Fields)}",
        AggregatePlan a => $"Aggregate by [{Keys(a.Keys, a.Input.Fields)}] [{Calls(a.Aggregates, a.Input.Fields)}]"
            + Kept(null, a.StateTtlMs),
        WindowAggregatePlan a => $"WindowAggregate {Window(a.Window, a.Input.Fields)} by [{Keys(a.Keys, a.Input.Fields)}]"
            + $" [{Calls(a.Aggregates, a.Input.Fields)}]" + (a.Firing is null ? string.Empty : $" {a.Firing}")
            + (a.Best is null ? string.Empty : " best only"),
        ExpandPlan expand => $"Expand null [{string.Join("], [", expand.Nulled.Select(n => Keys(n, expand.Fields)))}]",
        OverPlan o => $"Over by [{Keys(o.Partition, o.Input.Fields)}]"
            + $" order [{string.Join(", ", o.Order.Select(k => Key(k, o.Input.Fields)))}]"
            + $" [{string.Join(", ", o.Calls.Select(c => Print(c, o.Input.Fields)))}]",
        RankPlan r => $"Rank {r.Function} {r.Start} to {r.End} by [{Keys(r.Partition, r.Input.Fields)}]"
            + $" order [{string.Join(", ", r.Order.Select(k => Key(k, r.Input.Fields)))}]"
            + (r.HasNumber ? " numbered" : string.Empty),
        ScalarJoinPlan => "ScalarJoin",
        SemiJoinPlan join => $"{join.Kind}Join [{Keys(join.LeftKeys, join.Left.Fields)}]"
            + $" = [{Keys(join.RightKeys, join.Right.Fields)}]{(join.IsNullAware ? " with unknown" : string.Empty)}",
        JoinPlan join => $"Join {join.Type.ToString().ToLowerInvariant()} [{Keys(join.LeftKeys, join.Left.Fields)}]"
            + $" = [{Keys(join.RightKeys, join.Right.Fields)}]{(join.NullSafe.Contains(true) ? " null-safe" : string.Empty)}"
            + (join.Residual is null ? null : $" where {Print(join.Residual, [.. join.Left.Fields, .. join.Right.Fields])}")
            + Kept(" left", join.LeftTtlMs) + Kept(" right", join.RightTtlMs)
            + (join.Hint.Length == 0 ? null : $" hint {join.Hint}, which changes nothing"),
        TimeJoinPlan join => $"{join.Kind}{Line(join.Timeless)}" + (join.Kind, join.LeftTime) switch
        {
            (TimeJoinKind.Interval, < 0) => $" arrived within [{join.LowerMs} ms, {join.UpperMs} ms]",
            (TimeJoinKind.Interval, _) => $" {join.Left.Fields[join.LeftTime].Name} - {join.Right.Fields[join.RightTime].Name}"
                + $" in [{join.LowerMs} ms, {join.UpperMs} ms]",
            (TimeJoinKind.Lookup, _) => $" cache {join.Lookup!.Options.Cache.ToString().ToLowerInvariant()}",
            (TimeJoinKind.Window, _) => $" ending {join.Left.Fields[join.LeftTime].Name}",
            _ => $" {join.Left.Fields[join.LeftTime].Name} {(join.Kind == TimeJoinKind.AsofNext ? "<" : ">")}"
                + (join.UpperMs < 0 ? string.Empty : "=")
                + $" {join.Right.Fields[join.RightTime].Name}",
        },
        ArgMaxPlan best => $"ArgMax {Print(best.Extreme, best.Input.Fields)} over {Window(best.Window, best.Input.Fields)}"
            + $" by [{Keys(best.Keys, best.Input.Fields)}]"
            + (best.IsWindowJoin ? string.Empty : $" within [{best.LowerMs} ms, {best.UpperMs} ms] of its end"),
        SetOperationPlan set => set.Kind + (set.IsAll ? " all" : string.Empty),
        UnnestPlan unnest => $"Unnest {Print(unnest.Collection, unnest.Input.Fields)}"
            + $" beside [{Keys(unnest.Kept, unnest.Input.Fields)}]"
            + (unnest.WithOrdinality ? " with ordinality" : string.Empty) + (unnest.IsOuter ? " outer" : string.Empty),
        UnionPlan => "Union",
        SortPlan sort => $"Sort [{string.Join(", ", sort.Keys.Select(k => Key(k, sort.Fields)))}]{Range(sort.Offset, sort.Count)}",
        LimitPlan limit => "Limit" + Range(limit.Offset, limit.Count),
        SinkPlan sink => $"Sink {sink.Table.Name}",
        _ => throw new InvariantException(9001, $"Plan node is unknown: {plan.GetType().Name}."),
    };

    private static string? Kept(string? side, long ttlMs) => ttlMs < 0 ? null
        : ttlMs == 0 ? $"{side} kept for ever" : $"{side} kept {ttlMs} ms";

    private static string Item(string text, string name) => text == name ? name : $"{text} AS {name}";

    private static string Names(ValueList<SqlField> fields) => string.Join(", ", fields.Select(f => f.Name));

    private static string Keys(ValueList<int> keys, ValueList<SqlField> fields) =>
        string.Join(", ", keys.Select(k => fields[k].Name));

    private static string Calls(ValueList<AggregateCall> calls, ValueList<SqlField> fields) =>
        string.Join(", ", calls.Select(c => Print(c, fields)));

    private static string Key(SortKey key, ValueList<SqlField> fields) =>
        $"{fields[key.Column].Name} {(key.Descending ? "DESC" : "ASC")}"
        + (key.NullsFirst == key.Descending ? $" NULLS {(key.NullsFirst ? "FIRST" : "LAST")}" : string.Empty);

    private static string Range(long offset, long count) =>
        (count < 0 ? string.Empty : $" limit {count}") + (offset == 0 ? string.Empty : $" offset {offset}");

    private static string Window(WindowSpec window, ValueList<SqlField> fields)
    {
        string more = window.OffsetMs == 0 ? string.Empty : $", offset {window.OffsetMs} ms";
        more += (window.IsProctime ? ", proctime" : string.Empty) + (window.IsLocal ? ", local" : string.Empty);
        string name = fields[window.TimeColumn].Name;
        return window.Kind switch
        {
            WindowKind.Tumble => $"TUMBLE({name}, {window.SizeMs} ms{more})",
            WindowKind.Attached => $"ATTACHED({name}{more})",
            WindowKind.Session => $"SESSION({name} by [{Keys(window.Partition, fields)}], {window.SizeMs} ms{more})",
            _ => $"{window.Kind.ToString().ToUpperInvariant()}({name}, {window.SlideMs} ms, {window.SizeMs} ms{more})",
        };
    }
}
