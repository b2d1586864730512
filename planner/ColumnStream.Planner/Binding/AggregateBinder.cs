using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Planner.Decorrelation;
using ColumnStream.Planner.Errors;
using ColumnStream.Planner.Logical;
using ColumnStream.Sql;
using ColumnStream.Sql.Ast.Expressions;
using Ast = ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Planner.Binding;

/// <summary>Binds the expressions of a grouped query over the output of its aggregation: keys, then aggregates.</summary>
internal sealed class AggregateBinder
{
    private const string SetColumn = "grouping_set";
    private readonly DiagnosticBag _diagnostics;
    private readonly Relation _input;
    private readonly ExpressionBinder _inputBinder;
    private readonly ExpressionBinder _argumentBinder;
    private readonly List<Ast.Expression> _keySyntax = [];
    private readonly List<BoundExpression> _inputs = [];
    private readonly List<string> _inputNames = [];
    private readonly List<AggregateCall> _calls = [];
    private readonly int _keyCount;
    private readonly HashSet<int>[] _sets;
    private readonly bool _hasSets;
    private readonly WindowBounds? _bounds;

    public AggregateBinder(DiagnosticBag diagnostics, Relation input, IReadOnlyList<List<Ast.Expression>> sets)
    {
        _diagnostics = diagnostics;
        _input = input;
        _inputBinder = new ExpressionBinder(diagnostics, input, "GROUP BY");
        _argumentBinder = new ExpressionBinder(diagnostics, input, "the argument of an aggregate function");
        var places = new Dictionary<Ast.Expression, int>();
        foreach (Ast.Expression key in sets.SelectMany(set => set))
        {
            if (!places.ContainsKey(key))
            {
                places.Add(key, AddKey(key));
            }
        }

        _keyCount = _inputs.Count;
        _sets = [.. sets.Select(set => set.Select(key => places[key]).ToHashSet())];
        _hasSets = _sets.Length > 1 || _sets[0].Count < _keyCount;
        _bounds = WindowBounds.Of(input.Plan);
        IsWindowed = _bounds is { } bounds && _sets.All(set => bounds.AreIn(
            set.Select(key => _inputs[key]).OfType<ColumnExpression>().Select(column => column.Index)));
    }

    /// <summary>Gets whether the keys hold both bounds of a window, in every grouping set.</summary>
    public bool IsWindowed { get; }

    /// <summary>Makes a binder for one clause.</summary>
    public ExpressionBinder For(string clause, Func<Ast.Expression, BoundExpression?>? first = null) =>
        new(_diagnostics, _input, clause) { Intercept = e => first?.Invoke(e) ?? Intercept(e) };

    /// <summary>Binds a column of GROUP BY.</summary>
    public BoundExpression BindKey(ColumnReference column) => Intercept(column) ?? LiteralBinder.Error;

    /// <summary>Builds the aggregation after everything over it is bound.</summary>
    public Relation Build()
    {
        List<ScopeColumn> columns = [];
        for (int i = 0; i < _keyCount; i++)
        {
            ScopeColumn? source = Source(i);
            columns.Add(new ScopeColumn(
                source?.Qualifier,
                _inputNames[i],
                Key(i).Type,
                IsWindowTime(i) ? null : source?.Lost ?? LostByGrouping(i)));
        }

        SqlField[] fields = [.. _inputs.Select((e, i) => new SqlField(_inputNames[i], e.Type))];
        LogicalPlan project = SubqueryPlanner.Project(_input.Plan, _inputs, ValueList.From(fields), _diagnostics);
        IEnumerable<int> keys = Enumerable.Range(0, _keyCount);
        if (_hasSets)
        {
            project = Expand(project, fields);
            keys = keys.Append(fields.Length);
            columns.Add(new ScopeColumn(null, SetColumn, SqlType.Integer.WithNullable(false)));
        }

        columns.AddRange(_calls.Select((call, i) => new ScopeColumn(null, $"agg{i}", call.Type)));
        var plan = new AggregatePlan(project, ValueList.From(keys), ValueList.From(_calls), Relation.FieldsOf(columns))
        {
            Written = new PlanPlace(_keySyntax.Count == 0 ? default : SourceSpan.Cover(_keySyntax[0].Span, _keySyntax[^1].Span)),
        };

        return new Relation(plan, columns, _input.IsBroken);
    }

    private int AddKey(Ast.Expression key)
    {
        BoundExpression bound = _inputBinder.Bind(key);
        int index = _inputs.IndexOf(bound);
        if (index >= 0)
        {
            return index;
        }

        _keySyntax.Add(key);
        _inputs.Add(bound);
        _inputNames.Add(bound is ColumnExpression column ? _input.Columns[column.Index].Name : $"key{_inputs.Count - 1}");
        return _inputs.Count - 1;
    }

    private ExpandPlan Expand(LogicalPlan input, SqlField[] fields)
    {
        IEnumerable<ValueList<int>> nulled = _sets.Select(
            set => ValueList.From(Enumerable.Range(0, _keyCount).Where(key => !set.Contains(key))));
        IEnumerable<SqlField> output = fields
            .Select((f, i) => i < _keyCount ? f with { Type = Key(i).Type } : f)
            .Append(new SqlField(SetColumn, SqlType.Integer.WithNullable(false)));
        return new ExpandPlan(input, ValueList.From(nulled), ValueList.From(output));
    }

    /// <summary>Answers GROUPING, GROUPING_ID and GROUP_ID: constants of each grouping set.</summary>
    private BoundExpression BindGrouping(FunctionCall call)
    {
        bool isGroupId = call.Name.Last.Value.Equals("GROUP_ID", StringComparison.OrdinalIgnoreCase);
        int[] keys = [.. call.Arguments.Select(FindKey)];
        if (isGroupId ? keys.Length > 0 : keys.Length is 0 or > 63)
        {
            string name = call.Name.Last.Value.ToUpperInvariant();
            _diagnostics.Report(
                PlannerErrors.NoSignature, call.Span, null, name, $"{keys.Length} arguments",
                isGroupId ? "GROUP_ID()" : $"{name}(key [, key ...])");
            return LiteralBinder.Error;
        }

        int wrong = Array.IndexOf(keys, -1);
        if (wrong >= 0)
        {
            _diagnostics.Report(
                PlannerErrors.NotGrouped, call.Arguments[wrong].Span, "GROUPING tells of expressions of GROUP BY.",
                _diagnostics.Source.GetText(call.Arguments[wrong].Span).ToString());
            return LiteralBinder.Error;
        }

        SqlType type = (isGroupId ? SqlType.Integer : SqlType.BigInt).WithNullable(false);
        LiteralExpression[] values = [.. _sets.Select((set, i) => new LiteralExpression(
            (isGroupId
                ? _sets.Take(i).Count(set.SetEquals)
                : keys.Aggregate(0L, (bits, key) => (bits << 1) | (set.Contains(key) ? 0L : 1L)))
                .ToString(CultureInfo.InvariantCulture),
            type))];
        if (values.Distinct().Count() == 1)
        {
            return values[0];
        }

        var number = new ColumnExpression(_keyCount, SqlType.Integer.WithNullable(false));
        SqlType boolean = SqlType.Boolean.WithNullable(false);
        IEnumerable<CaseBranch> branches = values.SkipLast(1).Select((value, i) => new CaseBranch(
            new CallExpression(
                "=",
                [number, new LiteralExpression(i.ToString(CultureInfo.InvariantCulture), SqlType.Integer.WithNullable(false))],
                boolean),
            value));
        return new Compute.Expressions.CaseExpression(ValueList.From(branches), values[^1], type);
    }

    private BoundExpression? Intercept(Ast.Expression expression)
    {
        if (expression is FunctionCall { Over: null } grouping && SyntaxTree.IsGrouping(grouping))
        {
            return BindGrouping(grouping);
        }

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

        // What a query around this one knows is the same for all rows here.
        if (ExpressionTree.ColumnsOf(column).Count == 0)
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
            || SyntaxTree.HasAggregate(expression) || SubqueryBinder.HasSubquery(expression))
        {
            return same;
        }

        return _diagnostics.Try(() => _inputBinder.Bind(expression)) is { } bound and not LiteralExpression
            ? _inputs.IndexOf(bound, 0, _keyCount) : -1;
    }

    private ColumnExpression Key(int key)
    {
        SqlType type = IsWindowTime(key) ? _inputs[key].Type : _inputs[key].Type.Materialized();
        bool isNulled = _sets.Any(set => !set.Contains(key));
        return new ColumnExpression(key, isNulled ? type.WithNullable(true) : type);
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

        bool isJson = function.Name.StartsWith("JSON_", StringComparison.Ordinal) && arguments.Length > 0
            && ToJson(call, arguments, out arguments);
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

        if (isJson)
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

        return new ColumnExpression(_keyCount + (_hasSets ? 1 : 0) + index, type);
    }

    /// <summary>Returns what a call says of NULLs.</summary>
    public static NullRule NullsOf(FunctionCall call) => (call.NullTreatment, call.Json?.OnNull) switch
    {
        (NullTreatment.Ignore, _) or (_, JsonNullHandling.Absent) => NullRule.Ignore,
        (NullTreatment.Respect, _) or (_, JsonNullHandling.Null) => NullRule.Respect,
        _ => NullRule.Default,
    };

    /// <summary>
    /// Tells whether the value of a JSON aggregate goes in as it is: what JSON functions make, and what is neither text, number
    /// nor BOOLEAN, which JSON_STRING writes.
    /// </summary>
    private bool ToJson(FunctionCall call, BoundExpression[] arguments, out BoundExpression[] written)
    {
        BoundExpression value = arguments[^1];
        written = arguments;
        if (call.Arguments[^1] is FunctionCall inner
            && inner.Name.Last.Value.ToUpperInvariant() is "JSON" or "JSON_OBJECT" or "JSON_ARRAY" or "JSON_QUERY")
        {
            return true;
        }

        if (value.Type.IsText || value.Type.IsNumeric || value.Type.Id is SqlTypeId.Boolean or SqlTypeId.Null)
        {
            return false;
        }

        written = [.. arguments[..^1], _argumentBinder.Calls.Function("JSON_STRING", [value], call.Arguments[^1].Span)];
        return true;
    }

    private int Input(BoundExpression expression)
    {
        // Keys of grouping sets become NULL where they are not in the set, so arguments have columns of their own.
        int index = _inputs.IndexOf(expression, _hasSets ? _keyCount : 0);
        if (index >= 0)
        {
            return index;
        }

        _inputs.Add(expression);
        _inputNames.Add(expression is ColumnExpression column ? _input.Columns[column.Index].Name : $"arg{_inputs.Count - 1}");
        return _inputs.Count - 1;
    }

    /// <summary>Tells whether a key is window_time, which stays a time attribute behind a window aggregation.</summary>
    private bool IsWindowTime(int key) =>
        IsWindowed && _inputs[key] is ColumnExpression column && _bounds!.Times.Contains(column.Index)
        && _sets.All(set => set.Contains(key));

    private ScopeColumn? Source(int key) =>
        _inputs[key] is ColumnExpression column ? _input.Columns[column.Index] : null;

    private string? LostByGrouping(int key) =>
        _inputs[key].Type.TimeAttribute == TimeAttribute.None ? null
            : $"GROUP BY at {_diagnostics.Locate(_keySyntax[key].Span)} makes it an ordinary value";
}
