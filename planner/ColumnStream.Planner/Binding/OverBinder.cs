using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Functions;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.WindowFunctions;
using ColumnStream.Planner.Decorrelation;
using ColumnStream.Planner.Errors;
using ColumnStream.Planner.Logical;
using ColumnStream.Sql;
using ColumnStream.Sql.Ast.Expressions;
using ColumnStream.Sql.Ast.Queries;
using Ast = ColumnStream.Sql.Ast.Expressions;
using SortKey = ColumnStream.Engine.Operators.SortKey;

namespace ColumnStream.Planner.Binding;

/// <summary>Binds calls with OVER: each becomes a column that stands behind all others of what the query reads.</summary>
/// <remarks>How many others there are is known at the end; until then the columns have numbers from <c>First</c> on.</remarks>
internal sealed class OverBinder(DiagnosticBag diagnostics, EquatableArray<NamedWindow> named)
{
    private const int First = 1 << 24;
    private readonly List<Window> _windows = [];
    private readonly List<(Window Window, SqlType Type)> _columns = [];

    private sealed record Window(
        ValueList<BoundExpression> Partition, ValueList<(BoundExpression Key, bool Descending, bool NullsFirst)> Order)
    {
        public List<(Call Call, int Column)> Calls { get; } = [];

        public bool Says(Window other) => Partition == other.Partition && Order == other.Order;
    }

    private sealed record Call(
        string Function,
        ValueList<BoundExpression> Arguments,
        ValueList<LiteralExpression> Constants,
        NullRule Nulls,
        bool IsDistinct,
        BoundExpression? Filter,
        FrameSpec? Frame,
        SqlType Type);

    /// <summary>Tells whether a column is one of those that stand behind all others.</summary>
    public static bool IsOver(ColumnExpression column) => column.Index >= First;

    /// <summary>Answers for calls with OVER; what stands inside is bound by <paramref name="inner"/>.</summary>
    public BoundExpression? Intercept(Ast.Expression expression, ExpressionBinder inner) =>
        expression is FunctionCall { Over: not null } call ? Bind(call, inner) : null;

    /// <summary>Puts the windows over a relation and lets expressions refer to their columns.</summary>
    public Relation Build(Relation below, List<BoundExpression> expressions)
    {
        if (_columns.Count == 0)
        {
            return below;
        }

        var columns = new List<ScopeColumn>(below.Columns);
        var inputs = new List<BoundExpression>(columns.Select((c, i) => new ColumnExpression(i, below.Plan.Fields[i].Type)));
        int Input(BoundExpression expression)
        {
            int index = inputs.IndexOf(expression);
            if (index < 0)
            {
                index = inputs.Count;
                inputs.Add(expression);
                columns.Add(new ScopeColumn(null, $"over{index}", expression.Type));
            }

            return index;
        }

        var plans = _windows.Select(w => (
            w.Calls,
            Partition: ValueList.From(w.Partition.Select(Input)),
            Order: ValueList.From(w.Order.Select(o => new SortKey(Input(o.Key), o.Descending, o.NullsFirst))),
            Windows: w.Calls.Select(c => Lower(c.Call, Input)).ToArray())).ToArray();
        LogicalPlan plan = below.Plan;
        if (inputs.Count > below.Columns.Count)
        {
            plan = SubqueryPlanner.Project(plan, inputs, Relation.FieldsOf(columns), diagnostics);
        }

        var places = new int[_columns.Count];
        foreach (var window in plans)
        {
            foreach ((Call call, int column) in window.Calls)
            {
                places[column] = columns.Count;
                columns.Add(new ScopeColumn(null, $"over{columns.Count}", call.Type));
            }

            plan = new OverPlan(
                plan, window.Partition, window.Order, ValueList.From(window.Windows), Relation.FieldsOf(columns));
        }

        for (int i = 0; i < expressions.Count; i++)
        {
            expressions[i] = ExpressionTree.Remap(expressions[i], c => c >= First ? places[c - First] : c);
        }

        return new Relation(plan, columns, below.IsBroken);
    }

    private static WindowCall Lower(Call call, Func<BoundExpression, int> input) => new(
        new AggregateCall(
            call.Function,
            ValueList.From(call.Arguments.Select(input)),
            ValueList.From(call.Arguments.Select(a => a.Type.Materialized())),
            call.IsDistinct,
            call.Filter is null ? -1 : input(call.Filter),
            call.Type,
            string.Empty)
        {
            Constants = call.Constants,
            Nulls = call.Nulls,
        },
        call.Frame);

    private BoundExpression Bind(FunctionCall call, ExpressionBinder inner)
    {
        string name = call.Name.Parts.Count == 1 ? call.Name.Last.Value : call.Name.ToDisplayString();
        AggregateFunction? aggregate = AggregateTable.Find(name);
        WindowFunction? function = WindowFunctionTable.Find(name);
        if (aggregate is null && function is null)
        {
            diagnostics.Report(
                PlannerErrors.FunctionNotFound, call.Name.Span, "Only aggregate and window functions take OVER.", name);
            return LiteralBinder.Error;
        }

        name = aggregate?.Name ?? function!.Name;
        if (Refusal(call, name, aggregate) is { } refusal)
        {
            diagnostics.Report(PlannerErrors.NotSupported, call.Span, null, refusal);
            return LiteralBinder.Error;
        }

        Func<int, bool> isConstant = aggregate is null ? function!.IsConstant : aggregate.IsConstant;
        BoundExpression[] arguments = ConstantArguments.Bind(call, isConstant, inner);
        BoundExpression? filter = call.Filter is null ? null : inner.BindCondition(call.Filter, "Condition of FILTER");
        if (BindWindow(call.Over!, inner) is not { } bound || arguments.Any(a => TypeBinder.IsError(a.Type))
            || (filter is not null && TypeBinder.IsError(filter.Type)))
        {
            return LiteralBinder.Error;
        }

        SqlType[] types = [.. arguments.Select(a => a.Type)];
        bool isStar = call.Arguments is [StarArgument];
        FunctionBinding? binding = aggregate is null ? function!.Bind(types) : aggregate.Bind(types);
        if (binding is null || (isStar && name != "COUNT"))
        {
            inner.Calls.ReportSignatures(name, aggregate?.Signatures ?? function!.Signatures, arguments, call.Span);
            return LiteralBinder.Error;
        }

        if (call.IsDistinct && Array.Find(types, t => t.IsNested) is { } nested)
        {
            diagnostics.Report(PlannerErrors.NotSupported, call.Span, "Compare a part of it.", $"DISTINCT of type {nested}");
            return LiteralBinder.Error;
        }

        arguments = [.. arguments.Select((a, i) => ExpressionTree.CastTo(a, binding.ParameterTypes[i]))];
        if (ConstantArguments.Take(call, isConstant, arguments, diagnostics) is not { } constants)
        {
            return LiteralBinder.Error;
        }

        if ((aggregate is null ? function!.FindWrong([.. constants]) : aggregate.FindWrong([.. constants])) is { } wrong)
        {
            diagnostics.Report(PlannerErrors.BadLiteral, call.Span, wrong.Hint, name, wrong.Value);
            return LiteralBinder.Error;
        }

        // A frame may hold no row, and a FILTER may leave none: both give NULL.
        bool canBeEmpty = aggregate is { HasEmptyResult: false };
        SqlType type = binding.ReturnType.Materialized().WithNullable(binding.ReturnType.Nullable || canBeEmpty);
        return Add(
            bound.Window,
            new Call(
                name, ValueList.From(arguments.Where((a, i) => !isConstant(i))), ValueList.From(constants),
                AggregateBinder.NullsOf(call), call.IsDistinct && name is not ("MIN" or "MAX"), filter,
                aggregate is null ? null : bound.Frame, type));
    }

    private static string? Refusal(FunctionCall call, string name, AggregateFunction? aggregate) =>
        call.IsDistinct && aggregate is null ? $"{name}(DISTINCT ...)"
        : !call.WithinGroup.IsEmpty ? "WITHIN GROUP"
        : call.NullTreatment != NullTreatment.Default && aggregate is not { HasNullTreatment: true }
            ? $"IGNORE or RESPECT NULLS of {name}"
        : name.StartsWith("JSON_", StringComparison.Ordinal) ? $"{name} OVER"
        : null;

    private ColumnExpression Add(Window window, Call call)
    {
        Window? same = _windows.Find(w => w.Says(window));
        if (same is null)
        {
            _windows.Add(same = window);
        }

        int column = same.Calls.Find(c => c.Call == call) is { Call: not null } known ? known.Column : -1;
        if (column < 0)
        {
            column = _columns.Count;
            _columns.Add((same, call.Type));
            same.Calls.Add((call, column));
        }

        return new ColumnExpression(First + column, call.Type);
    }

    private (Window Window, FrameSpec Frame)? BindWindow(WindowSpecification window, ExpressionBinder inner)
    {
        int before = diagnostics.Failures;
        WindowSpecification whole = Whole(window, depth: 0);
        BoundExpression[] partition = [.. whole.PartitionBy.Select(inner.Bind)];
        var order = whole.OrderBy.Select(o => (
            Key: inner.Bind(o.Expression),
            o.IsDescending,
            NullsFirst: o.Nulls == NullOrder.First || (o.Nulls == NullOrder.Default && !o.IsDescending))).ToArray();
        if (partition.Any(p => TypeBinder.IsError(p.Type)) || order.Any(o => TypeBinder.IsError(o.Key.Type)))
        {
            return null;
        }

        if (Array.FindIndex(order, o => o.Key.Type.IsNested) is >= 0 and var nested)
        {
            diagnostics.Report(
                PlannerErrors.NotSupported, whole.OrderBy[nested].Expression.Span, "Order by a part of it.",
                $"ORDER BY of type {order[nested].Key.Type.WithNullable(true)}");
            return null;
        }

        FrameSpec? frame = whole.Frame is not { } written
            ? order.Length == 0 ? FrameSpec.All : FrameSpec.UpToCurrent
            : BindFrame(written, [.. order.Select(o => o.Key)], inner);
        return frame is null || diagnostics.Failures > before
            ? null : (new Window(ValueList.From(partition), ValueList.From(order)), frame);
    }

    /// <summary>Joins a window with the named one that it begins with.</summary>
    private WindowSpecification Whole(WindowSpecification window, int depth)
    {
        if (window.Reference is not { } reference)
        {
            return window;
        }

        if (named.FirstOrDefault(n => n.Name.Value == reference.Value) is not { } found || depth > named.Count)
        {
            string? near = NameSuggester.Suggest(reference.Value, named.Select(n => n.Name.Value));
            diagnostics.Report(PlannerErrors.AliasNotFound, reference.Span, NameResolver.DidYouMean(near), reference.Value);
            return window with { Reference = null };
        }

        WindowSpecification start = Whole(found.Window, depth + 1);
        return window with
        {
            Reference = null,
            PartitionBy = window.PartitionBy.IsEmpty ? start.PartitionBy : window.PartitionBy,
            OrderBy = window.OrderBy.IsEmpty ? start.OrderBy : window.OrderBy,
            Frame = window.Frame ?? start.Frame,
        };
    }

    private FrameSpec? BindFrame(WindowFrame frame, BoundExpression[] order, ExpressionBinder inner)
    {
        bool isRows = frame.Unit == FrameUnit.Rows;
        FrameLimit? start = BindLimit(frame.Start, isRows, order, inner);
        FrameLimit? end = frame.End is null
            ? new FrameLimit(FrameLimitKind.CurrentRow) : BindLimit(frame.End, isRows, order, inner);
        return start is null || end is null ? null : new FrameSpec(isRows, start, end);
    }

    private FrameLimit? BindLimit(FrameBound bound, bool isRows, BoundExpression[] order, ExpressionBinder inner)
    {
        var kind = (FrameLimitKind)bound.Kind;
        if (bound.Offset is null)
        {
            return new FrameLimit(kind);
        }

        BoundExpression offset = Compute.ConstantFolder.Fold(inner.Bind(bound.Offset));
        if (TypeBinder.IsError(offset.Type))
        {
            return null;
        }

        if (offset is not LiteralExpression { Value: not null } literal)
        {
            diagnostics.Report(
                PlannerErrors.NotConstant, bound.Offset.Span, null, "Bound of a frame",
                diagnostics.Source.GetText(bound.Offset.Span).ToString());
            return null;
        }

        long? distance = isRows || order.Length != 1 ? Rows(literal, isRows) : Distance(literal, order[0].Type);
        if (distance is not >= 0)
        {
            string key = order.Length == 1 ? order[0].Type.Materialized().WithNullable(true).ToString() : "one order key";
            diagnostics.Report(
                PlannerErrors.NotSupported, bound.Offset.Span, null,
                isRows ? "A bound that is no number of rows" : $"A RANGE of {literal} over {key}");
            return null;
        }

        return new FrameLimit(kind, distance.Value);
    }

    private static long? Rows(LiteralExpression literal, bool isRows) => isRows && literal.Type.IsInteger
        && long.TryParse(literal.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out long rows)
            ? Math.Min(rows, int.MaxValue) : null;

    /// <summary>Returns a distance in the integers that the key's column stores.</summary>
    private static long? Distance(LiteralExpression literal, SqlType key)
    {
        if (!long.TryParse(literal.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out long value))
        {
            return null;
        }

        const long DayMs = 86_400_000;
        return literal.Type.Id switch
        {
            SqlTypeId.IntervalDayTime when key.IsTimestamp =>
                checked(value * (key.Precision <= 3 ? 1 : key.Precision <= 6 ? 1000 : 1_000_000)),
            SqlTypeId.IntervalDayTime when key.Id == SqlTypeId.Date && value % DayMs == 0 => value / DayMs,
            _ when literal.Type.IsInteger && key.IsInteger => value,
            _ => null,
        };
    }
}
