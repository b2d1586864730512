using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Options;
using ColumnStream.Planner.Errors;
using ColumnStream.Planner.Logical;
using ColumnStream.Sql;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Expressions;
using Ast = ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Planner.Binding;

/// <summary>Binds the windows of GROUP BY: TUMBLE, HOP and SESSION, and TUMBLE_START and the others that tell their bounds.</summary>
/// <remarks>
/// The window becomes one of FROM with hidden columns for its bounds, and the call in GROUP BY these columns. Only these
/// windows fire early and late, as the options of table.exec.emit say.
/// </remarks>
internal sealed class GroupWindowBinder
{
    private const string Start = "$window_start";
    private const string End = "$window_end";
    private const string Time = "$window_time";
    private static readonly string[] Kinds = ["TUMBLE", "HOP", "SESSION"];
    private static readonly string[] Properties = ["_START", "_END", "_ROWTIME", "_PROCTIME"];
    private readonly BindingContext _context;
    private readonly FunctionCall _call;
    private readonly string _kind;
    private readonly List<(Ast.Expression Syntax, BoundExpression Bound, ColumnReference Column)> _keys = [];
    private readonly Relation _given;
    private bool _isProctime;

    private GroupWindowBinder(BindingContext context, FunctionCall call, Relation input)
    {
        _context = context;
        _call = call;
        _kind = NameOf(call);
        _given = input;
        Input = input;
    }

    /// <summary>Gets the rows with their windows.</summary>
    public Relation Input { get; private set; }

    /// <summary>Gets the grouping sets, where columns stand for the window.</summary>
    public List<List<Ast.Expression>> Sets { get; private set; } = [];

    private DiagnosticBag Diagnostics => _context.Diagnostics;

    /// <summary>Tells whether a function belongs to windows of GROUP BY.</summary>
    public static bool IsProperty(string name) => Kinds.Any(k => Properties.Any(p => name == k + p));

    /// <summary>Binds the window of a GROUP BY; null when it has none.</summary>
    public static GroupWindowBinder? Bind(BindingContext context, Relation input, List<List<Ast.Expression>> sets)
    {
        FunctionCall[] calls = [.. sets.SelectMany(set => set).OfType<FunctionCall>().Where(IsWindow).Distinct()];
        if (calls.Length == 0)
        {
            return null;
        }

        var binder = new GroupWindowBinder(context, calls[0], input);
        if (calls.Length > 1)
        {
            context.Diagnostics.Report(
                PlannerErrors.Clause, calls[1].Span, "Nest the queries: the inner one keeps TUMBLE_ROWTIME.", "GROUP BY",
                "it has more than one window");
        }
        else if (sets.Exists(set => !set.Contains(calls[0])))
        {
            context.Diagnostics.Report(
                PlannerErrors.Clause, calls[0].Span, null, "GROUP BY", "its window is not in every grouping set");
        }

        binder.Build(sets);
        return binder;
    }

    /// <summary>Binds what stands for the window or for a computed key of it; null for anything else.</summary>
    public BoundExpression? Intercept(Ast.Expression expression, AggregateBinder aggregates)
    {
        if (expression is FunctionCall { Over: null } call && IsProperty(NameOf(call)))
        {
            return BindProperty(call, aggregates);
        }

        if (_keys.Count == 0 || expression is ColumnReference or StringLiteral or ExactNumericLiteral
            || SyntaxTree.HasAggregate(expression))
        {
            return null;
        }

        foreach ((Ast.Expression syntax, BoundExpression bound, ColumnReference column) in _keys)
        {
            if (syntax.Equals(expression)
                || Diagnostics.Try(() => new ExpressionBinder(Diagnostics, _given, "GROUP BY").Bind(expression)) == bound)
            {
                return aggregates.BindKey(column);
            }
        }

        return null;
    }

    private static string NameOf(FunctionCall call) => call.Name.ToDisplayString().ToUpperInvariant();

    private static bool IsWindow(FunctionCall call) =>
        call.Over is null && call.Arguments.Count >= 2 && Kinds.Contains(NameOf(call));

    private static ColumnReference Reference(string name, SourceSpan span) =>
        new([new Identifier(name) { Span = span }]) { Span = span };

    private BoundExpression BindProperty(FunctionCall call, AggregateBinder aggregates)
    {
        string name = NameOf(call);
        string property = Properties.First(p => name.EndsWith(p, StringComparison.Ordinal));
        if (name != _kind + property || !call.Arguments.Equals(_call.Arguments))
        {
            string found = Diagnostics.Source.GetText(_call.Span).ToString();
            new WindowMaker(_context).Wrong(call.Span, name, $"GROUP BY has {found}", "Repeat its arguments.");
            return LiteralBinder.Error;
        }

        if (property == "_ROWTIME" && _isProctime)
        {
            new WindowMaker(_context).Wrong(
                call.Span, name, "a window over processing time has no rowtime", $"Write {_kind}_PROCTIME.");
            return LiteralBinder.Error;
        }

        if (property == "_PROCTIME" && !_isProctime)
        {
            return new ExpressionBinder(Diagnostics, Input, "SELECT").Calls.Function("PROCTIME", [], call.Span);
        }

        return aggregates.BindKey(Reference(property == "_START" ? Start : property == "_END" ? End : Time, call.Span));
    }

    private void Build(List<List<Ast.Expression>> sets)
    {
        var maker = new WindowMaker(_context);
        WindowSpec? window = Spec(maker);
        if (window is null)
        {
            Input = Input with { IsBroken = true };
        }

        window ??= new WindowSpec(WindowKind.Tumble, 0, 1, 1, 0);
        if (window.Kind == WindowKind.Session)
        {
            window = window with { Partition = Partition(sets) };
        }

        _isProctime = Input.Columns.Count > 0 && Input.Columns[window.TimeColumn].Type.TimeAttribute == TimeAttribute.Proctime;
        if (!Input.IsBroken)
        {
            Input = maker.Build(Input, window, null, Firing(window));
        }

        int first = Input.IsBroken ? Input.Columns.Count : Input.Columns.Count - 3;
        ScopeColumn[] bounds = Input.IsBroken ? [.. WindowMaker.Added] : [.. Input.Columns.Skip(first)];
        string[] names = [Start, End, Time];
        Input = Input with
        {
            Columns = [.. Input.Columns.Take(first), .. bounds.Select((c, i) => c with { Name = names[i] })],
        };
        Sets = [.. sets.Select(set => set.SelectMany(key => key.Equals(_call)
            ? names.Select(n => (Ast.Expression)Reference(n, key.Span))
            : [_keys.Find(k => k.Syntax.Equals(key)).Column ?? key]).ToList())];
    }

    private WindowSpec? Spec(WindowMaker maker)
    {
        int wanted = _kind == "HOP" ? 3 : 2;
        if (_call.Arguments.Count != wanted)
        {
            string slide = _kind == "HOP" ? "INTERVAL '5' MINUTE, " : string.Empty;
            string form = $"{_kind}(ts, {slide}INTERVAL '10' MINUTE)";
            maker.Wrong(_call.Span, _kind, $"it has {_call.Arguments.Count} arguments", $"Write {form}.");
            return null;
        }

        BoundExpression bound = new ExpressionBinder(Diagnostics, Input, "GROUP BY").Bind(_call.Arguments[0]);
        long[] millis = [.. _call.Arguments.Skip(1).Select((a, i) => maker.Millis(
            a, _kind, _kind == "SESSION" ? "gap" : _kind == "HOP" && i == 0 ? "slide" : "size"))];
        if (bound is not ColumnExpression time)
        {
            if (!TypeBinder.IsError(bound.Type))
            {
                maker.Wrong(
                    _call.Arguments[0].Span, _kind, "its time is no column", "Compute it in CREATE TABLE, with a watermark.");
            }

            return null;
        }

        if (!maker.IsTime(Input.Columns[time.Index], _call.Arguments[0].Span) || millis.Any(m => m <= 0))
        {
            return null;
        }

        return _kind switch
        {
            "TUMBLE" => new WindowSpec(WindowKind.Tumble, time.Index, millis[0], millis[0], 0),
            "HOP" => new WindowSpec(WindowKind.Hop, time.Index, millis[1], millis[0], 0),
            _ => new WindowSpec(WindowKind.Session, time.Index, millis[0], millis[0], 0),
        };
    }

    /// <summary>Makes columns of the other keys: sessions are kept by them.</summary>
    private ValueList<int> Partition(List<List<Ast.Expression>> sets)
    {
        if (sets.Count > 1)
        {
            Diagnostics.Report(PlannerErrors.NotSupported, _call.Span, null, "SESSION with several grouping sets");
        }

        var binder = new ExpressionBinder(Diagnostics, Input, "GROUP BY");
        var columns = new List<int>();
        List<BoundExpression> given = [.. Input.Columns.Select((c, i) => (BoundExpression)new ColumnExpression(i, c.Type))];
        List<ScopeColumn> all = [.. Input.Columns];
        foreach (Ast.Expression key in sets[0].Where(k => !k.Equals(_call)))
        {
            BoundExpression bound = binder.Bind(key);
            if (bound is ColumnExpression column)
            {
                columns.Add(column.Index);
            }
            else if (!TypeBinder.IsError(bound.Type))
            {
                string name = string.Create(CultureInfo.InvariantCulture, $"$key{_keys.Count}");
                _keys.Add((key, bound, Reference(name, key.Span)));
                columns.Add(all.Count);
                given.Add(bound);
                all.Add(new ScopeColumn(null, name, bound.Type.Materialized()));
            }
        }

        if (_keys.Count > 0)
        {
            Input = Input with
            {
                Plan = new ProjectPlan(Input.Plan, ValueList.From(given), Relation.FieldsOf(all)),
                Columns = all,
            };
        }

        return ValueList.From(columns.Distinct());
    }

    private WindowFiring? Firing(WindowSpec window)
    {
        if (_context.Settings.IsBatch)
        {
            return null;
        }

        bool isEarly = _context.Settings.Is(OptionTable.EarlyFire, "true");
        bool isLate = _context.Settings.Is(OptionTable.LateFire, "true");
        long lateness = _isProctime ? 0 : _context.Settings.Milliseconds(OptionTable.AllowLateness);
        if (!isEarly && lateness <= 0)
        {
            return null;
        }

        if (window.Kind == WindowKind.Session)
        {
            Diagnostics.Report(
                PlannerErrors.NotSupported, _call.Span, "RESET the options of table.exec.emit.",
                "SESSION with early or late firing");
            return null;
        }

        return new WindowFiring(
            isEarly ? _context.Settings.Milliseconds(OptionTable.EarlyFireDelay) : -1,
            isLate ? _context.Settings.Milliseconds(OptionTable.LateFireDelay) : 0, lateness);
    }
}
