using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;
using ColumnStream.Planner.Errors;
using ColumnStream.Planner.Logical;
using ColumnStream.Sql;
using ColumnStream.Sql.Ast.Expressions;
using ColumnStream.Sql.Ast.Queries;
using Ast = ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Planner.Binding;

/// <summary>Binds the window functions of FROM: TUMBLE, HOP and CUMULATE, arguments by position or by name.</summary>
internal sealed class WindowFunctionBinder(BindingContext context, TableBinder tables)
{
    private static readonly SqlType Bound = SqlType.Timestamp(3).WithNullable(false);

    private static readonly Dictionary<string, string[]> Parameters = new(StringComparer.Ordinal)
    {
        ["TUMBLE"] = ["DATA", "TIMECOL", "SIZE", "OFFSET"],
        ["HOP"] = ["DATA", "TIMECOL", "SLIDE", "SIZE", "OFFSET"],
        ["CUMULATE"] = ["DATA", "TIMECOL", "STEP", "SIZE", "OFFSET"],
    };

    private readonly DiagnosticBag _diagnostics = context.Diagnostics;

    /// <summary>Binds a call; the result has the input's columns, window_start, window_end and window_time.</summary>
    public Relation Bind(FunctionTable function)
    {
        FunctionCall call = function.Call;
        string name = call.Name.ToDisplayString().ToUpperInvariant();
        if (!Parameters.TryGetValue(name, out string[]? parameters))
        {
            return Unknown(call, name);
        }

        Dictionary<string, Ast.Expression>? arguments = Arrange(call, name, parameters);
        if (arguments is null)
        {
            return Relation.Broken;
        }

        Relation? input = BindData(arguments["DATA"], name);
        if (input is null)
        {
            return Relation.Broken;
        }

        int time = TimeColumn(arguments["TIMECOL"], input, name);
        WindowSpec? window = Window(name, arguments, time);
        if (time < 0 || window is null)
        {
            return new Relation(input.Plan, [.. input.Columns, .. Added(SqlType.Timestamp(3))], IsBroken: true);
        }

        return Build(input, window, time, call);
    }

    private static ScopeColumn[] Added(SqlType time) =>
    [
        new(null, "window_start", Bound, WindowRole.Start),
        new(null, "window_end", Bound, WindowRole.End),
        new(null, "window_time", time, WindowRole.Time),
    ];

    private Relation Build(Relation input, WindowSpec window, int time, FunctionCall call)
    {
        SqlType type = input.Columns[time].Type;
        SqlType windowTime = (type.Id == SqlTypeId.TimestampLtz ? SqlType.TimestampLtz(3) : SqlType.Timestamp(3)) with
        {
            Nullable = false,
            TimeAttribute = type.TimeAttribute,
        };
        string place = $"the window function at {_diagnostics.Locate(call.Span)} makes it an ordinary value; use window_time";
        List<ScopeColumn> columns = [.. input.Columns.Select((c, i) => i == time
            ? c with { Type = c.Type.Materialized(), Lost = place } : c)];
        columns.AddRange(Added(windowTime));
        return new Relation(new WindowPlan(input.Plan, window, Relation.FieldsOf(columns)), columns, input.IsBroken);
    }

    private Relation Unknown(FunctionCall call, string name)
    {
        foreach (Ast.Expression argument in call.Arguments)
        {
            BindData(argument is NamedArgument named ? named.Value : argument, name, mustBeTable: false);
        }

        if (name == "SESSION")
        {
            _diagnostics.Report(PlannerErrors.NotSupported, call.Span, null, "SESSION");
            return Relation.Broken;
        }

        string? near = NameSuggester.Suggest(name, Parameters.Keys);
        _diagnostics.Report(
            PlannerErrors.FunctionNotFound, call.Name.Span, NameResolver.DidYouMean(near),
            call.Name.ToDisplayString());
        return Relation.Broken;
    }

    private Dictionary<string, Ast.Expression>? Arrange(FunctionCall call, string name, string[] parameters)
    {
        var arguments = new Dictionary<string, Ast.Expression>(StringComparer.Ordinal);
        for (int i = 0; i < call.Arguments.Count; i++)
        {
            Ast.Expression argument = call.Arguments[i];
            string? parameter = argument is NamedArgument named ? named.Name.Value.ToUpperInvariant()
                : i < parameters.Length ? parameters[i] : null;
            if (parameter is null || !parameters.Contains(parameter) || !arguments.TryAdd(
                parameter, argument is NamedArgument value ? value.Value : argument))
            {
                return Wrong(argument.Span, name, $"argument {i + 1} does not fit", Form(name, parameters));
            }
        }

        string? missing = parameters.FirstOrDefault(p => p != "OFFSET" && !arguments.ContainsKey(p));
        return missing is null
            ? arguments : Wrong(call.Span, name, $"{missing} is missing", Form(name, parameters));
    }

    private static string Form(string name, string[] parameters) =>
        $"Write {name}(TABLE t, DESCRIPTOR(ts), "
        + string.Join(", ", parameters[2..^1].Select(p => p == "SIZE" ? "INTERVAL '10' MINUTE" : "INTERVAL '5' MINUTE")) + ").";

    private Dictionary<string, Ast.Expression>? Wrong(SourceSpan span, string name, string what, string? hint = null)
    {
        _diagnostics.Report(PlannerErrors.WindowArguments, span, hint, name, what);
        return null;
    }

    private Relation? BindData(Ast.Expression data, string name, bool mustBeTable = true)
    {
        if (data is SubqueryExpression subquery)
        {
            return tables.Bind(new DerivedTable(subquery.Query) { Span = subquery.Span });
        }

        if (data is not TableArgument argument)
        {
            if (mustBeTable)
            {
                Wrong(data.Span, name, "its first argument is not a table", "Write TABLE t.");
            }

            return null;
        }

        if (!argument.PartitionBy.IsEmpty || !argument.OrderBy.IsEmpty)
        {
            _diagnostics.Report(PlannerErrors.NotSupported, argument.Span, null, "PARTITION BY in a window function");
        }

        return tables.Bind(argument.Table);
    }

    private int TimeColumn(Ast.Expression argument, Relation input, string name)
    {
        if (argument is not DescriptorArgument { Columns.Count: 1 } descriptor)
        {
            Wrong(argument.Span, name, "its time column is not one column", "Write DESCRIPTOR(ts).");
            return -1;
        }

        var reference = new ColumnReference(descriptor.Columns) { Span = descriptor.Columns[0].Span };
        if (new NameResolver(input, _diagnostics).Resolve(reference) is not ColumnExpression column)
        {
            return -1;
        }

        ScopeColumn found = input.Columns[column.Index];
        if (TypeBinder.IsError(found.Type))
        {
            return -1;
        }

        if (found.Type.TimeAttribute == TimeAttribute.Proctime)
        {
            _diagnostics.Report(PlannerErrors.NotSupported, reference.Span, null, "A window over processing time");
            return -1;
        }

        bool isPlainTime = context.Settings.IsBatch && found.Type is { IsTimestamp: true, Precision: <= 3 };
        if (found.Type.TimeAttribute == TimeAttribute.None && !isPlainTime)
        {
            string why = found.Lost ?? $"it is {found.Type.WithNullable(true)} without a watermark";
            string? hint = found.Lost is null ? $"Declare WATERMARK FOR {found.Name} in CREATE TABLE." : null;
            _diagnostics.Report(PlannerErrors.NoTimeAttribute, reference.Span, hint, found.Name, why);
            return -1;
        }

        if (found.Type.Id == SqlTypeId.TimestampLtz && context.Settings.LocalTimeZone is not ("UTC" or "Z" or "+00:00"))
        {
            _diagnostics.Report(
                PlannerErrors.NotSupported, reference.Span, "SET 'table.local-time-zone' = 'UTC'.",
                "A window over TIMESTAMP_LTZ in another time zone than UTC");
            return -1;
        }

        return column.Index;
    }

    private WindowSpec? Window(string name, Dictionary<string, Ast.Expression> arguments, int time)
    {
        long size = Millis(arguments["SIZE"], name, "size");
        string? step = arguments.Keys.FirstOrDefault(k => k is "SLIDE" or "STEP");
        long slide = step is null ? size : Millis(arguments[step], name, step.ToLowerInvariant());
        long offset = arguments.TryGetValue("OFFSET", out Ast.Expression? shift)
            ? Millis(shift, name, "offset", isOffset: true) : 0;
        if (size <= 0 || slide <= 0 || offset == long.MinValue)
        {
            return null;
        }

        if (size % slide != 0)
        {
            string what = string.Create(
                CultureInfo.InvariantCulture,
                $"its size ({size} ms) is not a multiple of its {step!.ToLowerInvariant()} ({slide} ms)");
            Wrong(arguments["SIZE"].Span, name, what);
            return null;
        }

        WindowKind kind = name switch
        {
            "TUMBLE" => WindowKind.Tumble,
            "HOP" => WindowKind.Hop,
            _ => WindowKind.Cumulate,
        };
        return new WindowSpec(kind, Math.Max(time, 0), size, slide, offset);
    }

    /// <summary>Reads an interval; 0, or the smallest number for an offset, after a report.</summary>
    private long Millis(Ast.Expression argument, string name, string what, bool isOffset = false)
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
}
