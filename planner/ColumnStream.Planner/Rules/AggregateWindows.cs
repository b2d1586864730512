using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Rules;

/// <summary>Makes one window aggregate of a window function below GROUP BY window_start, window_end.</summary>
internal static class AggregateWindows
{
    public static LogicalPlan Apply(LogicalPlan plan) => LogicalRule.BottomUp(plan, static node =>
        node is AggregatePlan { Keys.Count: >= 2 } aggregate ? Convert(aggregate) ?? node : node);

    private static LogicalPlan? Convert(AggregatePlan aggregate)
    {
        // Everything is expressed over the window's output while walking down to it.
        BoundExpression[] columns = [.. aggregate.Input.Fields.Select((f, i) => new ColumnExpression(i, f.Type))];
        List<BoundExpression> conditions = [];
        LogicalPlan input = aggregate.Input;
        while (input is not WindowPlan)
        {
            switch (input)
            {
                case ProjectPlan project when !project.Expressions.Any(ExpressionTree.IsVolatile):
                    columns = [.. columns.Select(c => ExpressionTree.MapColumns(c, i => project.Expressions[i]))];
                    conditions = [.. conditions.Select(c => ExpressionTree.MapColumns(c, i => project.Expressions[i]))];
                    input = project.Input;
                    break;
                case FilterPlan filter when !ExpressionTree.IsVolatile(filter.Predicate):
                    conditions.AddRange(ExpressionTree.Conjuncts(filter.Predicate));
                    input = filter.Input;
                    break;
                default:
                    return null;
            }
        }

        return new Conversion(aggregate, (WindowPlan)input, columns, conditions).Build();
    }

    private sealed class Conversion(
        AggregatePlan aggregate, WindowPlan window, BoundExpression[] columns, List<BoundExpression> conditions)
    {
        private readonly int _start = window.Input.Fields.Count;
        private readonly List<BoundExpression> _inputs = [];
        private readonly List<SqlField> _inputFields = [];

        public LogicalPlan? Build()
        {
            int[] roles = [.. aggregate.Keys.Select(k => Role(columns[k]))];
            if (!roles.Contains(0) || !roles.Contains(1))
            {
                return null;
            }

            int[] keys = [.. aggregate.Keys.Where((k, i) => roles[i] < 0)];
            int[] arguments = [.. aggregate.Aggregates.SelectMany(a => a.Filter < 0 ? a.Arguments : a.Arguments.Append(a.Filter))];
            if (keys.Concat(arguments).Any(c => ReadsWindow(columns[c])))
            {
                return null;
            }

            List<BoundExpression> below = [.. conditions.Where(c => !ReadsWindow(c))];
            List<BoundExpression> above = [.. conditions.Where(ReadsWindow)];
            if (above.Any(c => ExpressionTree.ColumnsOf(c).Any(i => i < _start)))
            {
                return null;
            }

            foreach (int key in keys)
            {
                _inputs.Add(columns[key]);
                _inputFields.Add(new SqlField(aggregate.Input.Fields[key].Name, columns[key].Type));
            }

            ValueList<AggregateCall> calls = ValueList.From(aggregate.Aggregates.Select(call => call with
            {
                Arguments = ValueList.From(call.Arguments.Select(Input)),
                Filter = call.Filter < 0 ? -1 : Input(call.Filter),
            }));
            return Assemble(keys, calls, roles, below, above);
        }

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
            SqlField[] bounds = [.. window.Fields.Skip(_start)];
            SqlField[] fields =
            [
                .. keys.Select((k, i) => aggregate.Fields[aggregate.Keys.ToList().IndexOf(k)]),
                .. aggregate.Fields.Skip(aggregate.Keys.Count),
                .. bounds,
            ];
            LogicalPlan plan = new WindowAggregatePlan(
                input, window.Window with { TimeColumn = time }, ValueList.From(Enumerable.Range(0, keys.Length)), calls,
                ValueList.From(fields), aggregate.Uid);
            int first = keys.Length + calls.Count;
            if (above.Count > 0)
            {
                plan = new FilterPlan(plan, ExpressionTree.Remap(ExpressionTree.And(above), c => c - _start + first));
            }

            int nextKey = 0;
            var output = new BoundExpression[aggregate.Fields.Count];
            for (int i = 0; i < output.Length; i++)
            {
                int from = i >= roles.Length ? i - roles.Length + keys.Length : roles[i] >= 0 ? first + roles[i] : nextKey++;
                output[i] = new ColumnExpression(from, aggregate.Fields[i].Type);
            }

            return new ProjectPlan(plan, ValueList.From(output), aggregate.Fields);
        }

        /// <summary>Tells which bound of the window a key is: 0 start, 1 end, 2 time, -1 none.</summary>
        private int Role(BoundExpression key) =>
            key is ColumnExpression column && column.Index >= _start ? column.Index - _start : -1;

        private bool ReadsWindow(BoundExpression expression) =>
            ExpressionTree.ColumnsOf(expression).Any(c => c >= _start);

        private int Input(int column) => Add(columns[column], aggregate.Input.Fields[column].Name);

        private int Add(BoundExpression expression, string name)
        {
            int index = _inputs.IndexOf(expression);
            if (index >= 0)
            {
                return index;
            }

            _inputs.Add(expression);
            _inputFields.Add(new SqlField(name, expression.Type));
            return _inputs.Count - 1;
        }
    }
}
