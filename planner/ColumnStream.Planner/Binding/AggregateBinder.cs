using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Planner.Errors;
using ColumnStream.Planner.Logical;
using ColumnStream.Sql.Ast.Expressions;
using Ast = ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Planner.Binding;

/// <summary>Binds the expressions of a grouped query over the output of its aggregation: keys, then aggregates.</summary>
internal sealed class AggregateBinder
{
    private readonly DiagnosticBag _diagnostics;
    private readonly Relation _input;
    private readonly ExpressionBinder _inputBinder;
    private readonly ExpressionBinder _argumentBinder;
    private readonly List<Ast.Expression> _keySyntax = [];
    private readonly List<BoundExpression> _inputs = [];
    private readonly List<string> _inputNames = [];
    private readonly List<AggregateCall> _calls = [];
    private readonly int _keyCount;

    public AggregateBinder(DiagnosticBag diagnostics, Relation input, IReadOnlyList<Ast.Expression> keys)
    {
        _diagnostics = diagnostics;
        _input = input;
        _inputBinder = new ExpressionBinder(diagnostics, input, "GROUP BY");
        _argumentBinder = new ExpressionBinder(diagnostics, input, "the argument of an aggregate function");
        foreach (Ast.Expression key in keys)
        {
            BoundExpression bound = _inputBinder.Bind(key);
            if (!_inputs.Contains(bound))
            {
                _keySyntax.Add(key);
                _inputs.Add(bound);
                _inputNames.Add(bound is ColumnExpression column ? input.Columns[column.Index].Name : $"key{_inputs.Count - 1}");
            }
        }

        _keyCount = _inputs.Count;
        IsWindowed = HasKey(WindowRole.Start) && HasKey(WindowRole.End);
    }

    /// <summary>Gets whether the keys hold both bounds of a window.</summary>
    public bool IsWindowed { get; }

    /// <summary>Makes a binder for one clause.</summary>
    public ExpressionBinder For(string clause, Func<Ast.Expression, BoundExpression?>? first = null) =>
        new(_diagnostics, _input, clause) { Intercept = e => first?.Invoke(e) ?? Intercept(e) };

    /// <summary>Builds the aggregation after everything over it is bound.</summary>
    public Relation Build()
    {
        List<ScopeColumn> columns = [];
        for (int i = 0; i < _keyCount; i++)
        {
            ScopeColumn? source = Source(i);
            bool keeps = IsWindowed && source?.Role == WindowRole.Time;
            columns.Add(new ScopeColumn(
                source?.Qualifier,
                _inputNames[i],
                keeps ? _inputs[i].Type : _inputs[i].Type.Materialized(),
                IsWindowed ? source?.Role ?? WindowRole.None : WindowRole.None,
                keeps ? null : source?.Lost ?? LostByGrouping(i)));
        }

        columns.AddRange(_calls.Select((call, i) => new ScopeColumn(null, $"agg{i}", call.Type)));
        var fields = _inputs.Select((e, i) => new SqlField(_inputNames[i], e.Type));
        var project = new ProjectPlan(_input.Plan, ValueList.From(_inputs), ValueList.From(fields));
        var plan = new AggregatePlan(
            project, ValueList.From(Enumerable.Range(0, _keyCount)), ValueList.From(_calls), Relation.FieldsOf(columns));

        // Above the aggregation a window's bounds are plain timestamps.
        return new Relation(plan, [.. columns.Select(c => c with { Role = WindowRole.None })], _input.IsBroken);
    }

    private BoundExpression? Intercept(Ast.Expression expression)
    {
        if (expression is FunctionCall call && SyntaxTree.IsAggregate(call))
        {
            return BindAggregate(call);
        }

        int key = FindKey(expression);
        if (key >= 0)
        {
            return Key(key);
        }

        if (expression is not ColumnReference reference)
        {
            return null;
        }

        BoundExpression column = _inputBinder.Bind(reference);
        if (TypeBinder.IsError(column.Type))
        {
            return column;
        }

        // A field of a key row is as good as the key; anything else has no single value in a group.
        if (column is CallExpression && FoldKeys(column) is { } folded)
        {
            return folded;
        }

        _diagnostics.Report(
            PlannerErrors.NotGrouped, reference.Span, "Add it to GROUP BY, or aggregate it, for instance by MAX.",
            string.Join('.', reference.Parts.Select(p => p.Value)));
        return LiteralBinder.Error;
    }

    private BoundExpression? FoldKeys(BoundExpression expression)
    {
        int key = _inputs.IndexOf(expression, 0, _keyCount);
        if (key >= 0)
        {
            return Key(key);
        }

        if (expression is not CallExpression call)
        {
            return expression is LiteralExpression ? expression : null;
        }

        BoundExpression?[] arguments = [.. call.Arguments.Select(FoldKeys)];
        return arguments.Contains(null) ? null : call with { Arguments = ValueList.From(arguments.OfType<BoundExpression>()) };
    }

    private int FindKey(Ast.Expression expression)
    {
        int same = _keySyntax.IndexOf(expression);
        if (same >= 0 || _keyCount == 0 || expression is StringLiteral or ExactNumericLiteral
            || SyntaxTree.HasAggregate(expression))
        {
            return same;
        }

        return _diagnostics.Try(() => _inputBinder.Bind(expression)) is { } bound and not LiteralExpression
            ? _inputs.IndexOf(bound, 0, _keyCount) : -1;
    }

    private ColumnExpression Key(int key)
    {
        bool keeps = IsWindowed && Source(key)?.Role == WindowRole.Time;
        return new ColumnExpression(key, keeps ? _inputs[key].Type : _inputs[key].Type.Materialized());
    }

    private BoundExpression BindAggregate(FunctionCall call)
    {
        AggregateFunction function = AggregateTable.Find(call.Name.Last.Value)!;
        bool isTreated = call.NullTreatment != NullTreatment.Default && !function.HasNullTreatment;
        if (!call.WithinGroup.IsEmpty || isTreated)
        {
            string what = isTreated ? $"IGNORE or RESPECT NULLS of {function.Name}" : "WITHIN GROUP";
            _diagnostics.Report(PlannerErrors.NotSupported, call.Span, null, what);
            return LiteralBinder.Error;
        }

        bool isStar = call.Arguments is [StarArgument];
        BoundExpression[] arguments = ConstantArguments.Bind(call, function.IsConstant, _argumentBinder);
        BoundExpression? filter = call.Filter is null ? null : _argumentBinder.BindCondition(call.Filter, "Condition of FILTER");
        if (arguments.Any(a => TypeBinder.IsError(a.Type)) || (filter is not null && TypeBinder.IsError(filter.Type)))
        {
            return LiteralBinder.Error;
        }

        if (function.Bind([.. arguments.Select(a => a.Type)]) is not { } binding || (isStar && function.Name != "COUNT"))
        {
            _inputBinder.Calls.ReportSignatures(function.Name, function.Signatures, arguments, call.Span);
            return LiteralBinder.Error;
        }

        arguments = [.. arguments.Select((a, i) => ExpressionTree.CastTo(a, binding.ParameterTypes[i]))];

        if (ConstantArguments.Take(call, function.IsConstant, arguments, _diagnostics) is not { } constants)
        {
            return LiteralBinder.Error;
        }

        if (function.Name.StartsWith("JSON_", StringComparison.Ordinal) && IsJson(call.Arguments[^1]))
        {
            constants.Add(ExpressionTree.True);
        }

        if (function.FindWrong([.. constants]) is { } wrong)
        {
            _diagnostics.Report(PlannerErrors.BadLiteral, call.Span, wrong.Hint, function.Name, wrong.Value);
            return LiteralBinder.Error;
        }

        arguments = [.. arguments.Where((a, i) => !function.IsConstant(i))];

        // A group without GROUP BY exists even when no row does, and a FILTER may leave nothing: both give NULL.
        bool canBeEmpty = !function.HasEmptyResult && (filter is not null || _keyCount == 0);
        SqlType type = binding.ReturnType.Materialized().WithNullable(binding.ReturnType.Nullable || canBeEmpty);
        var bound = new AggregateCall(
            function.Name,
            ValueList.From(arguments.Select(Input)),
            ValueList.From(arguments.Select(a => a.Type.Materialized())),
            call.IsDistinct,
            filter is null ? -1 : Input(filter),
            type,
            string.Empty)
        {
            Constants = ValueList.From(constants),
            Nulls = NullsOf(call),
        };
        int index = _calls.IndexOf(bound);
        if (index < 0)
        {
            index = _calls.Count;
            _calls.Add(bound);
        }

        return new ColumnExpression(_keyCount + index, type);
    }

    /// <summary>Returns what a call says of NULLs.</summary>
    public static NullRule NullsOf(FunctionCall call) => (call.NullTreatment, call.Json?.OnNull) switch
    {
        (NullTreatment.Ignore, _) or (_, JsonNullHandling.Absent) => NullRule.Ignore,
        (NullTreatment.Respect, _) or (_, JsonNullHandling.Null) => NullRule.Respect,
        _ => NullRule.Default,
    };

    /// <summary>Tells whether the value of a JSON aggregate is made by a JSON function and goes in as it is.</summary>
    private static bool IsJson(Ast.Expression expression) => expression is FunctionCall call
        && call.Name.Last.Value.ToUpperInvariant() is "JSON" or "JSON_OBJECT" or "JSON_ARRAY" or "JSON_QUERY";

    private int Input(BoundExpression expression)
    {
        int index = _inputs.IndexOf(expression);
        if (index >= 0)
        {
            return index;
        }

        _inputs.Add(expression);
        _inputNames.Add(expression is ColumnExpression column ? _input.Columns[column.Index].Name : $"arg{_inputs.Count - 1}");
        return _inputs.Count - 1;
    }

    private bool HasKey(WindowRole role) => Enumerable.Range(0, _keyCount).Any(i => Source(i)?.Role == role);

    private ScopeColumn? Source(int key) =>
        _inputs[key] is ColumnExpression column ? _input.Columns[column.Index] : null;

    private string? LostByGrouping(int key) =>
        _inputs[key].Type.TimeAttribute == TimeAttribute.None ? null
            : $"GROUP BY at {_diagnostics.Locate(_keySyntax[key].Span)} makes it an ordinary value";
}
