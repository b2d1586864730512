using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;
using ColumnStream.Planner.Binding.Joins;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Rules;

/// <summary>Makes one step of a join of rows with windows' extremes over the same rows, if it is one.</summary>
/// <param name="rows">The side whose rows come out.</param>
/// <param name="extremes">The side that may be the aggregation.</param>
/// <param name="keys">Columns of both sides that are equal.</param>
/// <param name="residual">What else holds, over the columns of the rows, then those of the extremes.</param>
/// <param name="isWindowJoin">Whether it is a join by equal windows.</param>
/// <param name="uid">The uid of the join.</param>
internal sealed class ExtremeConversion(
    LogicalPlan rows,
    LogicalPlan extremes,
    (int Row, int Extreme)[] keys,
    BoundExpression[] residual,
    bool isWindowJoin,
    string uid)
{
    private const int MostSlides = 8;
    private readonly int _width = rows.Fields.Count;
    private PeeledPlan _above = null!;
    private WindowAggregatePlan _aggregate = null!;

    // The rows as they come in, what they are over the common relation, and the row side's columns over the step's.
    private LogicalPlan _input = null!;
    private BoundExpression[] _inputColumns = [];
    private BoundExpression[] _rowColumns = [];
    private int[] _groups = [];
    private int _value = -1;

    /// <summary>Builds the step with the join's columns; null for another join.</summary>
    /// <param name="fields">The join's columns.</param>
    /// <param name="order">Where each stands among the columns of the rows, then those of the extremes.</param>
    public LogicalPlan? Build(ValueList<SqlField> fields, int[] order)
    {
        _above = PeeledPlan.Of(extremes);
        if (_above.Core is not WindowAggregatePlan { Firing: null, Origin: null } aggregate || !IsKnown(aggregate.Window)
            || aggregate.Aggregates is not [{ Function: "MAX" or "MIN", Filter: < 0, Arguments: [var argument] } call])
        {
            return null;
        }

        _aggregate = aggregate;
        PeeledPlan below = PeeledPlan.Of(aggregate.Input);
        if (!FindRows(below) || !IsOrdered(aggregate.Input.Fields[argument].Type)
            || !FindKeys(below, argument) || PackWideJoins.IsWide(_input, ValueList.From(_groups))
            || _input.Fields.Any(f => f.Type.IsNested))
        {
            return null;
        }

        BoundExpression time = below.Columns[aggregate.Window.TimeColumn];
        BoundExpression[] rest = residual;
        (int Column, long Lower, long Upper) near = (Array.IndexOf(_inputColumns, time), -aggregate.Window.SizeMs, -1);
        if (!isWindowJoin)
        {
            if (FindBounds(out rest) is not { } bounds || !bounds.Time.Equals(time))
            {
                return null;
            }

            near = (bounds.Column, bounds.Lower, bounds.Upper);
        }

        if (near.Column < 0 || IsFar(near.Lower, near.Upper))
        {
            return null;
        }

        var plan = new ArgMaxPlan(
            _input, aggregate.Window with { TimeColumn = near.Column, Partition = default }, ValueList.From(_groups),
            call with { Arguments = [_value] }, near.Lower, near.Upper, Fields(), $"arg-max-{PlanIdentity.Hash(uid)}")
        {
            IsWindowJoin = isWindowJoin, AggregateUid = aggregate.Uid, JoinUid = uid,
        };
        return Project(plan, fields, order, rest);
    }

    private static bool IsKnown(WindowSpec window) =>
        window is { Kind: WindowKind.Tumble or WindowKind.Hop, IsProctime: false, IsLocal: false, SlideMs: > 0 }
        && window.SizeMs % window.SlideMs == 0;

    /// <summary>Tells whether values compare as words of 64 bits do.</summary>
    private static bool IsOrdered(SqlType type) => type.IsInteger || type is { Id: SqlTypeId.Decimal, Precision: <= 18 }
        || type.Id is SqlTypeId.Date or SqlTypeId.Time or SqlTypeId.Timestamp;

    private bool IsFar(long lower, long upper) =>
        lower > upper || upper - lower > MostSlides * _aggregate.Window.SlideMs + _aggregate.Window.SizeMs
        || Math.Abs(lower) > MostSlides * _aggregate.Window.SizeMs || Math.Abs(upper) > MostSlides * _aggregate.Window.SizeMs;

    private bool FindRows(PeeledPlan below)
    {
        _input = rows;
        PeeledPlan own = PeeledPlan.Of(rows);
        _inputColumns = own.Columns;
        _rowColumns = [.. rows.Fields.Select((f, i) => new ColumnExpression(i, f.Type))];
        if (!isWindowJoin)
        {
            return own.HasRowsOf(below);
        }

        // The function that assigns windows is part of the step.
        if (own.Core is not WindowPlan window || window.Firing is not null
            || !WindowBounds.Of(window)!.IsCutLike(WindowBounds.Of(_aggregate)!)
            || own.Conditions.Any(c => ExpressionTree.ColumnsOf(c) is { Count: > 0 } read && read.Max >= window.Input.Fields.Count))
        {
            return false;
        }

        _input = own.Conditions.Count == 0 ? window.Input
            : new FilterPlan(window.Input, ExpressionTree.And([.. own.Conditions]));
        _rowColumns = own.Columns;
        PeeledPlan assigned = PeeledPlan.Of(_input);
        _inputColumns = assigned.Columns;
        return assigned.HasRowsOf(below) && window.Window.TimeColumn is int time
            && _inputColumns[time].Equals(below.Columns[_aggregate.Window.TimeColumn]);
    }

    /// <summary>Looks whether the join asks for the value, all grouping keys, and nothing else but bounds of windows.</summary>
    private bool FindKeys(PeeledPlan below, int argument)
    {
        int groups = _aggregate.Keys.Count;
        _groups = [.. Enumerable.Repeat(-1, groups)];
        foreach ((int row, int extreme) in keys)
        {
            if (_above.Columns[extreme] is not ColumnExpression { Index: var column }
                || _rowColumns[row] is not ColumnExpression own)
            {
                return false;
            }

            int width = _input.Fields.Count;
            if (column > groups)
            {
                if (own.Index - width != column - groups - 1)
                {
                    return false;
                }

                continue;
            }

            int wanted = column < groups ? _aggregate.Keys[column] : argument;
            if (own.Index >= width || !_inputColumns[own.Index].Equals(below.Columns[wanted]))
            {
                return false;
            }

            if (column < groups)
            {
                _groups[column] = own.Index;
            }
            else
            {
                _value = own.Index;
            }
        }

        return _value >= 0 && !_groups.Contains(-1);
    }

    /// <summary>Finds how far a row's time may be from the end of the window, and what is asked beside it.</summary>
    private (BoundExpression Time, int Column, long Lower, long Upper)? FindBounds(out BoundExpression[] rest)
    {
        int groups = _aggregate.Keys.Count;
        SqlType type = SqlType.Timestamp(3) with { TimeAttribute = TimeAttribute.Rowtime };
        var end = new ColumnExpression(_width + groups + 2, type);
        BoundExpression Before(long ms) => new CallExpression(
            "-",
            [end, new LiteralExpression(ms.ToString(CultureInfo.InvariantCulture), new SqlType(SqlTypeId.IntervalDayTime, false))],
            type);
        BoundExpression OfExtremes(int column) => (column - groups - 1) switch
        {
            0 => Before(_aggregate.Window.SizeMs),
            1 => end,
            2 => Before(1),
            _ => new ColumnExpression(_width + column, _aggregate.Fields[column].Type),
        };
        BoundExpression[] moved =
        [
            .. residual.Select(c => ExpressionTree.MapColumns(c, i => i < _width
                ? new ColumnExpression(i, rows.Fields[i].Type)
                : ExpressionTree.MapColumns(_above.Columns[i - _width], OfExtremes))),
        ];
        TimeBounds? bounds = TimeBounds.Find(moved, _width);
        rest = bounds is null ? [] : [.. residual.Where((c, i) => bounds.Rest.Contains(moved[i]))];
        return bounds is null || bounds.Right != groups + 2 ? null
            : (_inputColumns[bounds.Left], bounds.Left, bounds.LowerMs, bounds.UpperMs);
    }

    private ValueList<SqlField> Fields()
    {
        IEnumerable<SqlField> bounds = _aggregate.Fields.Skip(_aggregate.Fields.Count - 3);
        return isWindowJoin ? [.. _input.Fields, .. bounds]
            : ValueList.From(_input.Fields.Concat(bounds).Select(f => f with { Type = f.Type.Materialized() }));
    }

    /// <summary>Puts the join's columns, and what else it asks, above the step.</summary>
    private ProjectPlan Project(ArgMaxPlan plan, ValueList<SqlField> fields, int[] order, BoundExpression[] rest)
    {
        int width = _input.Fields.Count;
        int groups = _groups.Length;
        int OfExtremes(int column) => column < groups ? _groups[column] : column == groups ? _value : width + column - groups - 1;
        BoundExpression Over(int column) => column < _width ? _rowColumns[column]
            : ExpressionTree.Remap(_above.Columns[column - _width], OfExtremes);
        BoundExpression[] conditions =
        [
            .. _above.Conditions.Select(c => ExpressionTree.Remap(c, OfExtremes)),
            .. rest.Select(c => ExpressionTree.MapColumns(c, Over)),
        ];
        LogicalPlan input = conditions.Length == 0 ? plan : new FilterPlan(plan, ExpressionTree.And(conditions));
        IEnumerable<BoundExpression> columns = fields.Select((f, i) => Over(order[i]) is ColumnExpression column
            ? column with { Type = f.Type } : Over(order[i]));
        return new ProjectPlan(input, ValueList.From(columns), fields);
    }
}
