using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;

namespace ColumnStream.Planner.Logical;

/// <summary>
/// Joins rows with the MAX or MIN of windows over the same rows; columns are the input's, then window_start, window_end and
/// window_time of the window whose extreme a row has.
/// </summary>
/// <param name="Input">The rows.</param>
/// <param name="Window">How time is cut.</param>
/// <param name="Keys">Columns that are grouping keys and equal in both sides.</param>
/// <param name="Extreme">The aggregate, over one column.</param>
/// <param name="LowerMs">Least time of a row − end of its window.</param>
/// <param name="UpperMs">Greatest time of a row − end of its window.</param>
/// <param name="Fields">The columns that leave it.</param>
/// <param name="Uid">Names its state.</param>
internal sealed record ArgMaxPlan(
    LogicalPlan Input,
    WindowSpec Window,
    ValueList<int> Keys,
    AggregateCall Extreme,
    long LowerMs,
    long UpperMs,
    ValueList<SqlField> Fields,
    string Uid) : LogicalPlan(Fields)
{
    /// <summary>Gets whether it stands for a window join, which leaves out late rows, and not for a regular join.</summary>
    public bool IsWindowJoin { get; init; }

    /// <summary>Gets the uid of the aggregation.</summary>
    public required string AggregateUid { get; init; }

    /// <summary>Gets the uid of the join.</summary>
    public required string JoinUid { get; init; }

    public override ValueList<LogicalPlan> Inputs => [Input];

    public override LogicalPlan WithInputs(ValueList<LogicalPlan> inputs) => this with { Input = inputs[0] };

    /// <summary>Returns the aggregation and the join that it stands for.</summary>
    public LogicalPlan Apart()
    {
        int width = Input.Fields.Count;
        int keys = Keys.Count;
        SqlField[] bounds = [.. Fields.Skip(width)];
        LogicalPlan rows = Input;
        SqlType time = Input.Fields[Window.TimeColumn].Type;
        var aggregate = new WindowAggregatePlan(
            Input, Window, Keys, [Extreme],
            [.. Keys.Select(k => Input.Fields[k]), new SqlField("extreme", Extreme.Type), .. bounds], AggregateUid);
        if (IsWindowJoin)
        {
            rows = new WindowPlan(Input, Window, Fields);
        }

        int[] left = [.. Keys, Extreme.Arguments[0], .. IsWindowJoin ? new[] { width, width + 1 } : []];
        int[] right = [.. Enumerable.Range(0, keys + 1), .. IsWindowJoin ? new[] { keys + 1, keys + 2 } : []];
        ValueList<bool> nullSafe = ValueList.From(left.Select(_ => false));
        ValueList<SqlField> fields = JoinPlan.FieldsOf(rows, aggregate, JoinType.Inner);
        LogicalPlan join = IsWindowJoin
            ? new TimeJoinPlan(
                rows, aggregate, TimeJoinKind.Window, JoinType.Inner, ValueList.From(left), ValueList.From(right), nullSafe,
                width + 1, keys + 2, 0, 0, null, [.. rows.Fields, .. aggregate.Fields], JoinUid)
            : new JoinPlan(
                rows, aggregate, JoinType.Inner, ValueList.From(left), ValueList.From(right), nullSafe,
                Near(new ColumnExpression(Window.TimeColumn, time.Materialized()),
                    new ColumnExpression(width + keys + 2, bounds[1].Type)),
                fields, JoinUid);
        int first = IsWindowJoin ? width : width + keys + 1;
        IEnumerable<BoundExpression> kept = Fields.Select(
            (f, i) => new ColumnExpression(i < width ? i : i - width + first, f.Type));
        return new ProjectPlan(join, ValueList.From(kept), Fields);
    }

    public override string ToString() => base.ToString();

    private CallExpression Near(BoundExpression time, BoundExpression end)
    {
        SqlType truth = SqlType.Boolean.WithNullable(time.Type.Nullable);
        BoundExpression Moved(long ms) => new CallExpression(
            "+",
            [end, new LiteralExpression(ms.ToString(System.Globalization.CultureInfo.InvariantCulture),
                new SqlType(SqlTypeId.IntervalDayTime, false))],
            end.Type);
        return new CallExpression(
            "AND",
            [
                new CallExpression(">=", [time, Moved(LowerMs)], truth),
                new CallExpression("<=", [time, Moved(UpperMs)], truth),
            ],
            truth);
    }
}
