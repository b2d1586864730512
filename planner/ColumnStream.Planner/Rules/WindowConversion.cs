using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Rules;

/// <summary>Makes one step of an aggregation and the window function below it, all expressed over the function's output.</summary>
internal sealed class WindowConversion(
    AggregatePlan aggregate, ExpandPlan? expand, WindowPlan window, BoundExpression[] columns, List<BoundExpression> conditions)
{
    private readonly int _start = window.Input.Fields.Count;
    private readonly List<BoundExpression> _inputs = [];
    private readonly List<SqlField> _inputFields = [];

    // Keys of grouping sets become NULL: arguments have columns of their own.
    private int _ownFrom;

    public LogicalPlan? Build()
    {
        // The number of the grouping set is the last key and no column of the window's output.
        int[] own = [.. aggregate.Keys.Where(k => k < columns.Length)];
        int[] roles = [.. own.Select(k => Role(columns[k]))];
        if (!roles.Contains(0) || !roles.Contains(1) || (expand is not null && NullsBounds(expand)))
        {
            return null;
        }

        int[] keys = [.. own.Where((k, i) => roles[i] < 0)];
        int[] arguments = [.. aggregate.Aggregates.SelectMany(a => a.Filter < 0 ? a.Arguments : a.Arguments.Append(a.Filter))];
        if (keys.Concat(arguments).Any(c => ReadsWindow(columns[c])))
        {
            return null;
        }

        List<BoundExpression> below = [.. conditions.Where(c => !ReadsWindow(c))];
        List<BoundExpression> above = [.. conditions.Where(ReadsWindow)];
        if (above.Any(c => ExpressionTree.ColumnsOf(c).Any(i => i < _start))
            || (window.Window.Kind == WindowKind.Session && !IsWhole(keys, below)))
        {
            return null;
        }

        foreach (int key in keys)
        {
            _inputs.Add(columns[key]);
            _inputFields.Add(new SqlField(aggregate.Fields[aggregate.Keys.ToList().IndexOf(key)].Name, columns[key].Type));
        }

        _ownFrom = expand is null ? 0 : keys.Length;
        ValueList<AggregateCall> calls = ValueList.From(aggregate.Aggregates.Select(call => call with
        {
            Arguments = ValueList.From(call.Arguments.Select(Input)),
            Filter = call.Filter < 0 ? -1 : Input(call.Filter),
        }));
        return Assemble(keys, calls, roles, below, above);
    }

    /// <summary>Tells whether sessions are kept by exactly the grouping keys, over all their rows.</summary>
    private bool IsWhole(int[] keys, List<BoundExpression> below) =>
        expand is null && below.Count == 0
        && keys.All(k => columns[k] is ColumnExpression c && window.Window.Partition.Contains(c.Index))
        && window.Window.Partition.All(p => keys.Any(k => ((ColumnExpression)columns[k]).Index == p));

    private bool NullsBounds(ExpandPlan sets) => sets.Nulled.Any(n => n.Any(c => Role(columns[c]) >= 0));

    private LogicalPlan Assemble(
        int[] keys,
        ValueList<AggregateCall> calls,
        int[] roles,
        List<BoundExpression> below,
        List<BoundExpression> above)
    {
        SqlField timeField = window.Input.Fields[window.Window.TimeColumn];
        int time = Add(new ColumnExpression(window.Window.TimeColumn, timeField.Type), timeField.Name);
        LogicalPlan input = below.Count == 0 ? window.Input : new FilterPlan(window.Input, ExpressionTree.And(below));
        input = new ProjectPlan(input, ValueList.From(_inputs), ValueList.From(_inputFields));
        int[] groups = [.. Enumerable.Range(0, keys.Length)];
        if (expand is not null)
        {
            input = Repeat(input, keys);
            groups = [.. groups, input.Fields.Count - 1];
        }

        int[] kept = [.. keys, .. aggregate.Keys.Where(k => k >= columns.Length)];
        SqlField[] fields =
        [
            .. kept.Select(k => aggregate.Fields[aggregate.Keys.ToList().IndexOf(k)]),
            .. aggregate.Fields.Skip(aggregate.Keys.Count),
            .. window.Fields.Skip(_start),
        ];
        WindowSpec spec = window.Window with
        {
            TimeColumn = time,
            Partition = window.Window.Kind == WindowKind.Session ? ValueList.From(groups) : default,
        };
        LogicalPlan plan = new WindowAggregatePlan(
            input, spec, ValueList.From(groups), calls, ValueList.From(fields), aggregate.Uid) { Firing = window.Firing };
        int first = groups.Length + calls.Count;
        if (above.Count > 0)
        {
            plan = new FilterPlan(plan, ExpressionTree.Remap(ExpressionTree.And(above), c => c - _start + first));
        }

        int nextKey = 0;
        var output = new BoundExpression[aggregate.Fields.Count];
        for (int i = 0; i < output.Length; i++)
        {
            int from = i >= aggregate.Keys.Count ? i - aggregate.Keys.Count + groups.Length
                : i < roles.Length && roles[i] >= 0 ? first + roles[i] : nextKey++;
            output[i] = new ColumnExpression(from, aggregate.Fields[i].Type);
        }

        return new ProjectPlan(plan, ValueList.From(output), aggregate.Fields);
    }

    /// <summary>Repeats rows once a grouping set, with the keys that are no bounds.</summary>
    private ExpandPlan Repeat(LogicalPlan input, int[] keys)
    {
        IEnumerable<ValueList<int>> nulled = expand!.Nulled.Select(set => ValueList.From(
            set.Select(c => System.Array.IndexOf(keys, c)).Where(c => c >= 0)));
        IEnumerable<SqlField> fields = input.Fields
            .Select((f, i) => i < keys.Length ? f with { Type = expand.Fields[keys[i]].Type } : f)
            .Append(expand.Fields[^1]);
        return new ExpandPlan(input, ValueList.From(nulled), ValueList.From(fields));
    }

    /// <summary>Tells which bound of the window a key is: 0 start, 1 end, 2 time, -1 none.</summary>
    private int Role(BoundExpression key) =>
        key is ColumnExpression column && column.Index >= _start ? column.Index - _start : -1;

    private bool ReadsWindow(BoundExpression expression) =>
        ExpressionTree.ColumnsOf(expression).Any(c => c >= _start);

    private int Input(int column) => Add(
        columns[column], (expand?.Input ?? aggregate.Input).Fields[column].Name);

    private int Add(BoundExpression expression, string name)
    {
        int index = _inputs.IndexOf(expression, _ownFrom);
        if (index >= 0)
        {
            return index;
        }

        _inputs.Add(expression);
        _inputFields.Add(new SqlField(name, expression.Type));
        return _inputs.Count - 1;
    }
}
