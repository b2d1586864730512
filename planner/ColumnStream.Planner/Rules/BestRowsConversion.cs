using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Rules;

/// <summary>Makes a rank of a join of windows' rows with the extreme that each window has over the same rows, if it is one.</summary>
/// <remarks>A row that is not below the greatest of its window is the greatest: it has rank 1, with its equals.</remarks>
/// <param name="rows">The side whose rows come out.</param>
/// <param name="extremes">The side that may be the aggregation.</param>
/// <param name="keys">Columns of both sides that are equal.</param>
/// <param name="residual">What else holds, over the columns of the rows, then those of the extremes.</param>
/// <param name="uid">The uid of the join.</param>
internal sealed class BestRowsConversion(
    LogicalPlan rows, LogicalPlan extremes, (int Row, int Extreme)[] keys, BoundExpression[] residual, string uid)
{
    private readonly int _width = rows.Fields.Count;
    private PeeledPlan _above = null!;
    private PeeledPlan _own = null!;
    private BoundExpression[] _wanted = [];

    // The columns of the rows that a column of the aggregation equals, or -1: the window's start, the extreme, the end.
    private int[] _places = [];

    /// <summary>Builds the rank with the join's columns; null for another join.</summary>
    /// <param name="fields">The join's columns.</param>
    /// <param name="order">Where each stands among the columns of the rows, then those of the extremes.</param>
    public LogicalPlan? Build(ValueList<SqlField> fields, int[] order)
    {
        _above = PeeledPlan.Of(extremes);
        if (_above is not
            {
                Conditions.Count: 0,
                Core: WindowAggregatePlan
                {
                    Firing: null, Origin: { IsProctime: false, IsLocal: false }, Keys.Count: 1,
                    Aggregates: [{ Function: "MAX" or "MIN", Filter: < 0, Arguments: [var argument] } call],
                } aggregate,
            })
        {
            return null;
        }

        PeeledPlan below = PeeledPlan.Of(aggregate.Input);
        _own = PeeledPlan.Of(rows);
        SqlField value = aggregate.Input.Fields[argument];
        if (!_own.HasRowsOf(below) || !value.Type.IsInteger || value.Type.Nullable)
        {
            return null;
        }

        _wanted = [below.Columns[aggregate.Keys[0]], below.Columns[argument], below.Columns[aggregate.Window.TimeColumn]];
        _places = [-1, -1, -1];
        bool hasValue = false;
        foreach ((int row, int extreme) in keys)
        {
            if (!IsEqual(row, extreme, out int column))
            {
                return null;
            }

            hasValue |= column == 1;
        }

        BoundExpression[] rest = [.. residual.Where(c => !IsBest(c, call.Function == "MAX"))];
        hasValue |= rest.Length < residual.Length;
        if (!hasValue || _places.Contains(-1) || rest.Any(c => ExpressionTree.ColumnsOf(c).Any(i => Over(i) is null))
            || order.Any(i => Over(i) is null))
        {
            return null;
        }

        var rank = new RankPlan(
            rows, RankFunction.Rank, [_places[0], _places[2]], [new SortKey(_places[1], call.Function == "MAX", NullsFirst: false)],
            1, 1, rows.Fields, $"best-{PlanIdentity.Hash(uid)}");
        LogicalPlan input = rest.Length == 0 ? rank
            : new FilterPlan(rank, ExpressionTree.And([.. rest.Select(c => ExpressionTree.MapColumns(c, i => Over(i)!))]));
        IEnumerable<BoundExpression> columns = fields.Select((f, i) => (BoundExpression)(Over(order[i])! with { Type = f.Type }));
        return new ProjectPlan(input, ValueList.From(columns), fields);
    }

    /// <summary>Tells whether a column of the rows is one of the aggregation's, and which: start, extreme or end.</summary>
    private bool IsEqual(int row, int extreme, out int column)
    {
        column = _above.Columns[extreme] is ColumnExpression { Index: var index and < 3 } ? index : -1;
        if (column < 0 || !_own.Columns[row].Equals(_wanted[column]))
        {
            return false;
        }

        _places[column] = row;
        return true;
    }

    /// <summary>Tells whether a condition asks that the row's value is not worse than the extreme.</summary>
    private bool IsBest(BoundExpression condition, bool isMost) => condition is CallExpression
    {
        Function: var function and (">=" or "<=" or "="),
        Arguments: [ColumnExpression { Index: var left }, ColumnExpression { Index: var right }],
    } && (left < _width && right >= _width
        ? (function == "=" || function == ">=" == isMost) && IsEqual(left, right - _width, out int a) && a == 1
        : right < _width && left >= _width
            && (function == "=" || function == "<=" == isMost) && IsEqual(right, left - _width, out int b) && b == 1);

    private ColumnExpression? Over(int column)
    {
        int place = column < _width ? column
            : _above.Columns[column - _width] is ColumnExpression { Index: < 3 } core ? _places[core.Index] : -1;
        return place < 0 ? null : new ColumnExpression(place, rows.Fields[place].Type);
    }
}
