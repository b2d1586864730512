using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Engine.Operators;
using ColumnStream.Planner.Errors;
using ColumnStream.Sql;
using ColumnStream.Sql.Ast.Expressions;
using ColumnStream.Sql.Ast.Queries;
using Ast = ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Planner.Binding;

/// <summary>Binds the window functions of FROM: TUMBLE, HOP, CUMULATE and SESSION, arguments by position or by name.</summary>
internal sealed class WindowFunctionBinder(BindingContext context, TableBinder tables)
{
    private static readonly Dictionary<string, string[]> Parameters = new(StringComparer.Ordinal)
    {
        ["TUMBLE"] = ["DATA", "TIMECOL", "SIZE", "OFFSET"],
        ["HOP"] = ["DATA", "TIMECOL", "SLIDE", "SIZE", "OFFSET"],
        ["CUMULATE"] = ["DATA", "TIMECOL", "STEP", "SIZE", "OFFSET"],
        ["SESSION"] = ["DATA", "TIMECOL", "GAP", "KEY"],
    };

    private static readonly string[] Optional = ["OFFSET", "KEY"];
    private readonly DiagnosticBag _diagnostics = context.Diagnostics;
    private readonly WindowMaker _maker = new(context);

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
        int[]? partition = Partition(arguments, input, name);
        WindowSpec? window = Window(name, arguments, time);
        if (time < 0 || window is null || partition is null)
        {
            return new Relation(input.Plan, [.. input.Columns, .. WindowMaker.Added], IsBroken: true);
        }

        string place = $"the window function at {_diagnostics.Locate(call.Span)} makes it an ordinary value; use window_time";
        return _maker.Build(input, window with { Partition = ValueList.Create<int>(partition) }, place);
    }

    private Relation Unknown(FunctionCall call, string name)
    {
        foreach (Ast.Expression argument in call.Arguments)
        {
            BindData(argument is NamedArgument named ? named.Value : argument, name, mustBeTable: false);
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

        // The older form of SESSION names its keys by a descriptor before the gap.
        string[] places = name == "SESSION" && call.Arguments.Count == 4 ? ["DATA", "TIMECOL", "KEY", "GAP"]
            : name == "SESSION" ? parameters[..3] : parameters;
        for (int i = 0; i < call.Arguments.Count; i++)
        {
            Ast.Expression argument = call.Arguments[i];
            string? parameter = argument is NamedArgument named ? named.Name.Value.ToUpperInvariant()
                : i < places.Length ? places[i] : null;
            parameter = name == "SESSION" && parameter == "SIZE" ? "GAP" : parameter;
            if (parameter is null || !parameters.Contains(parameter) || !arguments.TryAdd(
                parameter, argument is NamedArgument value ? value.Value : argument))
            {
                _maker.Wrong(argument.Span, name, $"argument {i + 1} does not fit", Form(name, parameters));
                return null;
            }
        }

        string? missing = parameters.FirstOrDefault(p => !Optional.Contains(p) && !arguments.ContainsKey(p));
        if (missing is not null)
        {
            _maker.Wrong(call.Span, name, $"{missing} is missing", Form(name, parameters));
        }

        return missing is null ? arguments : null;
    }

    private static string Form(string name, string[] parameters) => name == "SESSION"
        ? "Write SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' MINUTE)."
        : $"Write {name}(TABLE t, DESCRIPTOR(ts), "
        + string.Join(", ", parameters[2..^1].Select(p => p == "SIZE" ? "INTERVAL '10' MINUTE" : "INTERVAL '5' MINUTE")) + ").";

    private Relation? BindData(Ast.Expression data, string name, bool mustBeTable = true)
    {
        if (data is Sql.Ast.Expressions.SubqueryExpression subquery)
        {
            return tables.Bind(new DerivedTable(subquery.Query) { Span = subquery.Span });
        }

        if (data is not TableArgument argument)
        {
            if (mustBeTable)
            {
                _maker.Wrong(data.Span, name, "its first argument is not a table", "Write TABLE t.");
            }

            return null;
        }

        if (!argument.OrderBy.IsEmpty)
        {
            _maker.Wrong(argument.OrderBy[0].Span, name, "ORDER BY means nothing here: rows come in the order of their arrival");
        }

        return tables.Bind(argument.Table);
    }

    /// <summary>
    /// Binds the columns of PARTITION BY, or of the second descriptor; null after a report. Windows that are aligned are the
    /// same in every partition.
    /// </summary>
    private int[]? Partition(Dictionary<string, Ast.Expression> arguments, Relation input, string name)
    {
        IEnumerable<Ast.Expression> keys = arguments["DATA"] is TableArgument table ? table.PartitionBy : [];
        if (arguments.TryGetValue("KEY", out Ast.Expression? key))
        {
            if (key is not DescriptorArgument descriptor)
            {
                _maker.Wrong(key.Span, name, "its key is no descriptor", "Write DESCRIPTOR(k).");
                return null;
            }

            keys = keys.Concat(descriptor.Columns.Select(c => new ColumnReference([c]) { Span = c.Span }));
        }

        var binder = new ExpressionBinder(_diagnostics, input, "PARTITION BY");
        var columns = new List<int>();
        bool isWrong = false;
        foreach (Ast.Expression expression in keys)
        {
            BoundExpression bound = binder.Bind(expression);
            if (bound is ColumnExpression column)
            {
                columns.Add(column.Index);
            }
            else
            {
                isWrong = true;
                if (!TypeBinder.IsError(bound.Type))
                {
                    _maker.Wrong(expression.Span, name, "it partitions by an expression", "Compute it in a query: (SELECT …).");
                }
            }
        }

        return isWrong ? null : name == "SESSION" ? [.. columns.Distinct()] : [];
    }

    private int TimeColumn(Ast.Expression argument, Relation input, string name)
    {
        if (argument is not DescriptorArgument { Columns.Count: 1 } descriptor)
        {
            _maker.Wrong(argument.Span, name, "its time column is not one column", "Write DESCRIPTOR(ts).");
            return -1;
        }

        var reference = new ColumnReference(descriptor.Columns) { Span = descriptor.Columns[0].Span };
        return new NameResolver(input, _diagnostics).Resolve(reference) is ColumnExpression column
            && _maker.IsTime(input.Columns[column.Index], reference.Span) ? column.Index : -1;
    }

    private WindowSpec? Window(string name, Dictionary<string, Ast.Expression> arguments, int time)
    {
        if (name == "SESSION")
        {
            long gap = _maker.Millis(arguments["GAP"], name, "gap");
            return gap <= 0 ? null : new WindowSpec(WindowKind.Session, Math.Max(time, 0), gap, gap, 0);
        }

        long size = _maker.Millis(arguments["SIZE"], name, "size");
        string? step = arguments.Keys.FirstOrDefault(k => k is "SLIDE" or "STEP");
        long slide = step is null ? size : _maker.Millis(arguments[step], name, step.ToLowerInvariant());
        long offset = arguments.TryGetValue("OFFSET", out Ast.Expression? shift)
            ? _maker.Millis(shift, name, "offset", isOffset: true) : 0;
        if (size <= 0 || slide <= 0 || offset == long.MinValue)
        {
            return null;
        }

        if (size % slide != 0)
        {
            string what = string.Create(
                CultureInfo.InvariantCulture,
                $"its size ({size} ms) is not a multiple of its {step!.ToLowerInvariant()} ({slide} ms)");
            _maker.Wrong(arguments["SIZE"].Span, name, what);
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
}
