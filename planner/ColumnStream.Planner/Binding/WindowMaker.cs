using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;
using ColumnStream.Planner.Errors;
using ColumnStream.Planner.Logical;
using ColumnStream.Sql;
using ColumnStream.Sql.Ast.Expressions;
using Ast = ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Planner.Binding;

/// <summary>Checks what windows of FROM and of GROUP BY have in common, and makes their plan.</summary>
internal sealed class WindowMaker(BindingContext context)
{
    private const string LocalColumn = "$local_time";
    private readonly DiagnosticBag _diagnostics = context.Diagnostics;

    /// <summary>Gets the type of window_start and window_end.</summary>
    public static SqlType Bound { get; } = SqlType.Timestamp(3).WithNullable(false);

    /// <summary>Gets the columns of a window whose time is not known.</summary>
    public static IReadOnlyList<ScopeColumn> Added { get; } = [.. AddedColumns(SqlType.Timestamp(3))];

    private bool IsUtc => context.Settings.LocalTimeZone is "UTC" or "Z" or "+00:00";

    /// <summary>Reports what is wrong with the arguments of a window.</summary>
    public void Wrong(SourceSpan span, string name, string what, string? hint = null) =>
        _diagnostics.Report(PlannerErrors.WindowArguments, span, hint, name, what);

    /// <summary>Tells whether windows can be cut along a column; reports when not.</summary>
    public bool IsTime(ScopeColumn column, SourceSpan span)
    {
        if (TypeBinder.IsError(column.Type))
        {
            return false;
        }

        if (column.Type.TimeAttribute == TimeAttribute.Proctime)
        {
            if (context.Settings.IsBatch)
            {
                _diagnostics.Report(PlannerErrors.NotSupported, span, null, "A window over processing time in batch mode");
            }

            return !context.Settings.IsBatch;
        }

        bool isPlainTime = context.Settings.IsBatch && column.Type is { IsTimestamp: true, Precision: <= 3 };
        if (column.Type.TimeAttribute == TimeAttribute.None && !isPlainTime)
        {
            string why = column.Lost ?? $"it is {column.Type.WithNullable(true)} without a watermark";
            string? hint = column.Lost is null ? $"Declare WATERMARK FOR {column.Name} in CREATE TABLE." : null;
            _diagnostics.Report(PlannerErrors.NoTimeAttribute, span, hint, column.Name, why);
            return false;
        }

        return true;
    }

    /// <summary>Reads an interval; 0, or the smallest number for an offset, after a report.</summary>
    public long Millis(Ast.Expression argument, string name, string what, bool isOffset = false)
    {
        long failed = isOffset ? long.MinValue : 0;
        if (argument is not IntervalLiteral)
        {
            Wrong(argument.Span, name, $"its {what} is not an interval", "Write INTERVAL '10' MINUTE.");
            return failed;
        }

        LiteralExpression literal = new LiteralBinder(_diagnostics).Bind(argument)!;
        if (TypeBinder.IsError(literal.Type))
        {
            return failed;
        }

        long millis = long.Parse(literal.Value!, CultureInfo.InvariantCulture);
        if (literal.Type.Id != SqlTypeId.IntervalDayTime)
        {
            Wrong(argument.Span, name, $"its {what} is in months, which differ in length");
            return failed;
        }

        if (!isOffset && millis <= 0)
        {
            Wrong(argument.Span, name, $"its {what} is not above zero");
        }

        return millis;
    }

    /// <summary>Puts windows over a relation: its columns, then window_start, window_end and window_time.</summary>
    /// <param name="input">The rows.</param>
    /// <param name="window">The windows; their time column is one of the input.</param>
    /// <param name="lost">Why the time column is an ordinary value above, or null when it is none.</param>
    /// <param name="firing">When windows give results beside the one at their end.</param>
    public Relation Build(Relation input, WindowSpec window, string? lost, WindowFiring? firing = null)
    {
        SqlType type = input.Columns[window.TimeColumn].Type;
        SqlType windowTime = (type.Id == SqlTypeId.TimestampLtz ? SqlType.TimestampLtz(3) : SqlType.Timestamp(3)) with
        {
            Nullable = false,
            TimeAttribute = type.TimeAttribute,
        };
        window = window with { IsProctime = type.TimeAttribute == TimeAttribute.Proctime };
        List<ScopeColumn> columns = [.. input.Columns.Select((c, i) => i == window.TimeColumn && lost is not null
            ? c.Ordinary(lost) : c)];
        IEnumerable<ScopeColumn> added = AddedColumns(windowTime);
        if (type.Id != SqlTypeId.TimestampLtz || IsUtc)
        {
            columns.AddRange(added);
            var plan = new WindowPlan(input.Plan, window, Relation.FieldsOf(columns)) { Firing = firing };
            return new Relation(plan, columns, input.IsBroken);
        }

        // Windows are cut in local time: days have midnights of the session's zone, and 23 to 25 hours.
        var localColumn = new ScopeColumn(null, LocalColumn, SqlType.Timestamp(3).WithNullable(type.Nullable));
        ScopeColumn[] all = [.. columns, localColumn, .. added];
        int local = columns.Count;
        List<BoundExpression> given = [.. input.Columns.Select((c, i) => (BoundExpression)new ColumnExpression(i, c.Type))];
        given.Add(new Compute.Expressions.CastExpression(given[window.TimeColumn], all[local].Type));
        SqlField[] fields = [.. Relation.FieldsOf(input.Columns), new SqlField(LocalColumn, all[local].Type)];
        var project = new ProjectPlan(input.Plan, ValueList.From(given), ValueList.From(fields));
        var assigned = new WindowPlan(
            project, window with { TimeColumn = local, IsLocal = true }, Relation.FieldsOf(all)) { Firing = firing };
        columns.AddRange(added);
        IEnumerable<BoundExpression> kept = Enumerable.Range(0, all.Length).Where(i => i != local)
            .Select(i => (BoundExpression)new ColumnExpression(i, all[i].Type));
        return new Relation(
            new ProjectPlan(assigned, ValueList.From(kept), Relation.FieldsOf(columns)), columns, input.IsBroken);
    }

    private static IEnumerable<ScopeColumn> AddedColumns(SqlType time) =>
    [
        new(null, "window_start", Bound),
        new(null, "window_end", Bound),
        new(null, "window_time", time),
    ];
}
