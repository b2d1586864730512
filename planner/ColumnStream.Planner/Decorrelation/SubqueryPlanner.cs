using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;
using ColumnStream.Planner.Binding;
using ColumnStream.Planner.Binding.Joins;
using ColumnStream.Planner.Errors;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Decorrelation;

/// <summary>Puts joins over a plan that answer the queries in expressions; the plan's own columns stay first.</summary>
/// <remarks>
/// A query that is a condition by itself becomes a semi or an anti join, any other a column: the value of a join with at most one
/// row, a mark, or a value made of counts and extremes.
/// </remarks>
internal sealed class SubqueryPlanner(LogicalPlan input, DiagnosticBag diagnostics)
{
    private static readonly SqlType Count = SqlType.BigInt.WithNullable(false);
    private static readonly SqlType BooleanNotNull = SqlType.Boolean.WithNullable(false);

    private LogicalPlan? _plan;

    /// <summary>Gets the plan.</summary>
    public LogicalPlan Plan
    {
        get => _plan ?? input;
        private set => _plan = value;
    }

    /// <summary>Computes columns, with the answers of the queries in them.</summary>
    public static LogicalPlan Project(
        LogicalPlan input, IReadOnlyList<BoundExpression> expressions, ValueList<SqlField> fields, DiagnosticBag diagnostics)
    {
        if (!expressions.Any(ExpressionTree.Has<SubqueryExpression>) || !expressions.All(e => Knows(input, e)))
        {
            return new ProjectPlan(input, ValueList.From(expressions), fields);
        }

        var planner = new SubqueryPlanner(input, diagnostics);
        BoundExpression[] placed = [.. expressions.Select(planner.Place)];
        return new ProjectPlan(
            planner.Plan, ValueList.From(placed.Select(e => JoinConditions.Retype(e, planner.Plan))),
            ValueList.From(fields.Select(f => f with { Type = f.Type.Materialized() })));
    }

    /// <summary>Keeps the rows that meet a condition, with the answers of the queries in it; columns stay as they are.</summary>
    public static LogicalPlan Filter(LogicalPlan input, BoundExpression condition, DiagnosticBag diagnostics)
    {
        if (!Knows(input, condition))
        {
            return input;
        }

        BoundExpression[] conjuncts = [.. ExpressionTree.Conjuncts(condition)];
        BoundExpression[] plain = [.. conjuncts.Where(c => !ExpressionTree.Has<SubqueryExpression>(c))];
        LogicalPlan filtered = plain.Length == 0 ? input : new FilterPlan(input, ExpressionTree.And(plain));
        if (plain.Length == conjuncts.Length)
        {
            return filtered;
        }

        var planner = new SubqueryPlanner(filtered, diagnostics);
        foreach (BoundExpression conjunct in conjuncts.Where(ExpressionTree.Has<SubqueryExpression>))
        {
            planner.Restrict(conjunct);
        }

        IEnumerable<BoundExpression> columns = input.Fields.Select(
            (f, i) => new ColumnExpression(i, planner.Plan.Fields[i].Type));
        return new ProjectPlan(
            planner.Plan, ValueList.From(columns),
            ValueList.From(input.Fields.Select((f, i) => f with { Type = planner.Plan.Fields[i].Type.Materialized() })));
    }

    /// <summary>Tells whether a plan has all columns that an expression reads: what stands for something broken has none.</summary>
    private static bool Knows(LogicalPlan plan, BoundExpression expression) =>
        ExpressionTree.ColumnsOf(expression) is var columns && (columns.Count == 0 || columns.Max < plan.Fields.Count);

    /// <summary>Keeps the rows that meet one condition.</summary>
    public void Restrict(BoundExpression conjunct)
    {
        BoundExpression inner = conjunct;
        bool isNegated = false;
        while (inner is CallExpression { Function: "NOT" } not)
        {
            inner = not.Arguments[0];
            isNegated = !isNegated;
        }

        if (inner is SubqueryExpression { Kind: SubqueryKind.Exists or SubqueryKind.In } query)
        {
            Restrict(query, isNegated);
            return;
        }

        BoundExpression condition = Place(conjunct);
        if (!TypeBinder.IsError(condition.Type))
        {
            Plan = new FilterPlan(Plan, condition);
        }
    }

    /// <summary>Replaces the queries in an expression by columns.</summary>
    public BoundExpression Place(BoundExpression expression)
    {
        if (!ExpressionTree.Has<SubqueryExpression>(expression))
        {
            return expression;
        }

        BoundExpression placed = ExpressionTree.MapChildren(expression, Place);
        return placed is not SubqueryExpression query ? placed : query.Kind switch
        {
            SubqueryKind.Scalar => Values(query.Plan, query.Arguments, query)?[0] ?? LiteralBinder.Error,
            SubqueryKind.Quantified => Quantify(query),
            _ => Mark(query),
        };
    }

    /// <summary>Returns where the values of a domain come from: not from answers, unless they are arguments themselves.</summary>
    private LogicalPlan Outer(IEnumerable<BoundExpression> arguments) =>
        arguments.SelectMany(ExpressionTree.ColumnsOf).All(c => c < input.Fields.Count) ? input : Plan;

    private BoundExpression[] Now(IEnumerable<BoundExpression> arguments) =>
        [.. arguments.Select(a => JoinConditions.Retype(a, Plan))];

    private Dependent? Free(LogicalPlan plan, IReadOnlyList<BoundExpression> arguments, SubqueryExpression query, bool isKeyed)
    {
        LogicalPlan outer = Outer(arguments);
        Dependent? free = DependentJoin.Free(
            plan, query.Depth, outer, [.. arguments.Select(a => JoinConditions.Retype(a, outer))], isKeyed, out string? refused);
        if (free is null)
        {
            diagnostics.Report(
                PlannerErrors.NotSupported, query.Span, null, $"A query that refers to the outer one below {refused}");
        }

        return free;
    }

    /// <summary>Adds the columns of a query with at most one row; null after a report.</summary>
    private BoundExpression[]? Values(LogicalPlan plan, IReadOnlyList<BoundExpression> arguments, SubqueryExpression query)
    {
        if (!PlanExpressions.HasParameters(plan))
        {
            return Alone(plan, query);
        }

        if (Free(plan, arguments, query, isKeyed: true) is not { } free)
        {
            return null;
        }

        if (!free.IsTotal && !free.IsSingle)
        {
            free = Single(free, query);
        }

        (Plan, BoundExpression[] outputs) = DependentJoin.Join(Plan, free, query.Depth, Now(arguments), isOuter: true);
        return outputs;
    }

    /// <summary>Adds the columns of a query that takes nothing of the outer row.</summary>
    private BoundExpression[] Alone(LogicalPlan plan, SubqueryExpression query)
    {
        Dependent free = new ParameterPuller(query.Depth).Pull(plan) ?? Dependent.Of(plan);
        int width = Plan.Fields.Count;
        SqlField[] values =
        [
            .. free.Plan.Fields.Select((f, i) => new SqlField($"value{width + i}", f.Type.Materialized().WithNullable(true))),
        ];
        Plan = new ScalarJoinPlan(Plan, free.Plan, [.. Plan.Fields, .. values])
        {
            Place = diagnostics.Locate(query.Span),
        };
        BoundExpression Bind(BoundExpression e) =>
            ExpressionTree.MapColumns(e, c => new ColumnExpression(width + c, values[c].Type));
        BoundExpression[] outputs = [.. free.Outputs.Select(Bind)];
        return free.After.Count == 0 ? outputs
            : [.. outputs.Select(e => DependentJoin.When(ExpressionTree.And([.. free.After.Select(Bind)]), e))];
    }

    /// <summary>Groups a query by its keys, so that it has one row for an outer row; a second one is an error where it is read.</summary>
    private Dependent Single(Dependent query, SubqueryExpression place)
    {
        Keyed keyed = Keyed.From(query, place.Depth)!;
        int width = keyed.Plan.Fields.Count;
        BoundExpression[] columns = [.. Dependent.Columns(keyed.Plan), .. query.Outputs];
        IEnumerable<SqlField> added = query.Outputs.Select((o, i) => new SqlField($"value{i}", o.Type.Materialized()));
        var values = new ProjectPlan(
            keyed.Plan, ValueList.From(columns), ValueList.From(keyed.Plan.Fields.Concat(added)));
        int keys = keyed.Columns.Length;
        AggregateCall[] calls =
        [
            .. query.Outputs.Select((o, i) => Only(o.Type.Materialized(), width + i)),
            new AggregateCall("COUNT", default, default, Distinct: false, Filter: -1, Count, string.Empty),
        ];
        var plan = new AggregatePlan(
            values, ValueList.From(keyed.Columns), ValueList.From(calls),
            [
                .. keyed.Columns.Select((c, i) => new SqlField($"key{i}", keyed.Plan.Fields[c].Type)),
                .. calls.Select((c, i) => new SqlField($"agg{i}", c.Type)),
            ]);
        var single = new CallExpression(
            "SINGLE_ROW", [new ColumnExpression(keys + calls.Length - 1, SqlType.BigInt)], SqlType.Boolean)
        {
            Location = diagnostics.Locate(place.Span),
        };
        return new Dependent(
            plan,
            [.. query.Outputs.Select((o, i) => DependentJoin.When(single, new ColumnExpression(keys + i, calls[i].Type)))],
            keyed.Conditions(0, plan),
            IsTotal: true,
            [],
            IsSingle: true);
    }

    /// <summary>Takes the only value of a group.</summary>
    private static AggregateCall Only(SqlType type, int column) => new(
        !type.IsNested && AggregateTable.Find("MAX")!.Bind([type]) is not null ? "MAX" : "FIRST_VALUE",
        [column], [type], Distinct: false, Filter: -1, type.WithNullable(true), string.Empty);

    private void Restrict(SubqueryExpression query, bool isAnti)
    {
        BoundExpression[] operands = [.. query.Operands.Select(Place)];
        BoundExpression[] arguments = [.. query.Arguments.Select(Place)];
        LogicalPlan plan = query.Kind == SubqueryKind.Exists ? Existence(query.Plan) : query.Plan;
        if (Free(plan, arguments, query, isKeyed: false) is not { } free)
        {
            return;
        }

        if (free.IsTotal)
        {
            BoundExpression answer = Answer(free, query with { Operands = ValueList.From(operands) }, arguments);
            Plan = new FilterPlan(Plan, isAnti ? Not(answer) : answer);
            return;
        }

        Match match = MatchOf(free, query.Depth, Now(arguments), Now(operands));
        bool isUnknown = isAnti && match.IsUnknown;
        if (match.IsPlain && (!isUnknown || operands.Length == 1))
        {
            Semi(free.Plan, isAnti ? SemiJoinKind.Anti : SemiJoinKind.Semi, match, isUnknown);
            return;
        }

        Plan = (isUnknown ? NotInSplit.Of(Plan, free.Plan, match.Conditions, match.Comparisons) : null) ?? RegularJoin.Plan(
            Plan, free.Plan, isAnti ? JoinType.Anti : JoinType.Semi,
            isUnknown ? match.Conditions.Append(NotFalse(match.Comparisons)) : match.Conditions.Concat(match.Comparisons));
    }

    /// <summary>Is what must hold between the plan's columns and those of a query behind them.</summary>
    /// <param name="Conditions">What the query says itself.</param>
    /// <param name="Comparisons">What IN says.</param>
    /// <param name="IsPlain">Whether all are equalities of the two sides, and nothing else is taken from outside.</param>
    /// <param name="IsUnknown">Whether a comparison may be unknown.</param>
    private sealed record Match(
        IReadOnlyList<BoundExpression> Conditions, IReadOnlyList<BoundExpression> Comparisons, bool IsPlain, bool IsUnknown);

    private Match MatchOf(Dependent free, int depth, BoundExpression[] arguments, BoundExpression[] operands)
    {
        int width = Plan.Fields.Count;
        BoundExpression Bind(BoundExpression e) => PlanExpressions.Replace(
            ExpressionTree.Remap(e, c => c + width), depth, k => arguments[k]);
        BoundExpression[] conditions = [.. free.Conditions.Select(Bind)];
        BoundExpression[] comparisons = [.. operands.Select(
            (o, i) => JoinConditions.Equality(o, Bind(free.Outputs[i]), isNullSafe: false))];
        bool isPlain = !PlanExpressions.HasParameters(free.Plan)
            && conditions.Concat(comparisons).All(c => JoinSides.Equality(c, width) is { IsNullSafe: false });
        return new Match(conditions, comparisons, isPlain, comparisons.Any(c => c.Type.Nullable));
    }

    /// <summary>Joins by equalities alone; the last key is then the value of IN.</summary>
    private void Semi(LogicalPlan right, SemiJoinKind kind, Match match, bool isNullAware)
    {
        int width = Plan.Fields.Count;
        List<BoundExpression> columns = [.. Dependent.Columns(Plan)];
        List<BoundExpression> matches = [];
        List<int> keys = [];
        foreach (BoundExpression condition in match.Conditions.Concat(match.Comparisons))
        {
            (BoundExpression left, BoundExpression other, _) = JoinSides.Equality(condition, width)!.Value;
            int index = columns.IndexOf(left);
            keys.Add(index < 0 ? columns.Count : index);
            columns.AddRange(index < 0 ? [left] : []);
            matches.Add(ExpressionTree.Remap(other, c => c - width));
        }

        if (columns.Count > width)
        {
            IEnumerable<SqlField> added = columns.Skip(width).Select((c, i) => new SqlField($"key{width + i}", c.Type));
            Plan = new ProjectPlan(Plan, ValueList.From(columns), ValueList.From(Plan.Fields.Concat(added)));
        }

        SqlField[] mark = kind == SemiJoinKind.Mark
            ? [new SqlField($"mark{Plan.Fields.Count}", SqlType.Boolean.WithNullable(isNullAware))] : [];
        ValueList<SqlField> fields = ValueList.From(matches.Select((m, i) => new SqlField($"key{i}", m.Type)));
        Plan = new SemiJoinPlan(
            Plan, new ProjectPlan(right, ValueList.From(matches), fields), kind, ValueList.From(keys),
            ValueList.From(Enumerable.Range(0, matches.Count)), isNullAware, [.. Plan.Fields, .. mark]);
    }

    private BoundExpression Mark(SubqueryExpression query)
    {
        LogicalPlan plan = query.Kind == SubqueryKind.Exists ? Existence(query.Plan) : query.Plan;
        if (Free(plan, query.Arguments, query, isKeyed: false) is not { } free)
        {
            return LiteralBinder.Error;
        }

        if (free.IsTotal)
        {
            return Answer(free, query, query.Arguments);
        }

        Match match = MatchOf(free, query.Depth, Now(query.Arguments), Now(query.Operands));
        if (match.IsPlain && (!match.IsUnknown || query.Operands.Count == 1))
        {
            Semi(free.Plan, SemiJoinKind.Mark, match, match.IsUnknown);
            int mark = Plan.Fields.Count - 1;
            return new ColumnExpression(mark, Plan.Fields[mark].Type);
        }

        // By the number of rows that match, and of those for which it is not known.
        int first = query.Arguments.Count;
        BoundExpression[] comparisons = [.. query.Operands.Select((o, i) => JoinConditions.Equality(
            new ParameterExpression(query.Depth, first + i, o.Type.Materialized()),
            new ColumnExpression(i, plan.Fields[i].Type), isNullSafe: false))];
        if (Counted(plan, comparisons, query) is not { } found)
        {
            return LiteralBinder.Error;
        }

        if (!match.IsUnknown)
        {
            return found;
        }

        return Counted(plan, [NotFalse(comparisons)], query) is not { } unknown ? LiteralBinder.Error
            : new CaseExpression(
                [new CaseBranch(found, ExpressionTree.True), new CaseBranch(unknown, new LiteralExpression(null, SqlType.Boolean))],
                ExpressionTree.False, SqlType.Boolean);
    }

    /// <summary>Tells whether rows of a query meet conditions, by counting them.</summary>
    private CallExpression? Counted(LogicalPlan plan, IReadOnlyList<BoundExpression> conditions, SubqueryExpression query)
    {
        LogicalPlan rows = conditions.Count == 0 ? plan : new FilterPlan(plan, ExpressionTree.And(conditions));
        var call = new AggregateCall("COUNT", default, default, Distinct: false, Filter: -1, Count, string.Empty);
        var counted = new AggregatePlan(rows, default, [call], [new SqlField("agg0", Count)]);
        return Values(counted, [.. query.Arguments, .. query.Operands], query) is not { } values ? null
            : new CallExpression(">", [values[0], new LiteralExpression("0", Count)], BooleanNotNull);
    }

    /// <summary>Answers for a query that has one row: the row is joined and looked at.</summary>
    private BoundExpression Answer(Dependent free, SubqueryExpression query, IReadOnlyList<BoundExpression> arguments)
    {
        if (query.Operands.Count == 0 && free.After.Count == 0)
        {
            return ExpressionTree.True;
        }

        Dependent row = free with { After = [], Outputs = [.. free.Outputs, .. free.After] };
        BoundExpression[] outputs;
        (Plan, outputs) = DependentJoin.Join(Plan, row, query.Depth, Now(arguments), isOuter: true);
        int width = free.Outputs.Count;
        BoundExpression[] comparisons = [.. Now(query.Operands).Select(
            (o, i) => JoinConditions.Equality(o, outputs[i], isNullSafe: false))];
        BoundExpression equal = comparisons.Length == 0 ? ExpressionTree.True : ExpressionTree.And(comparisons);
        return outputs.Length == width ? equal : new CaseExpression(
            [new CaseBranch(ExpressionTree.And([.. outputs.Skip(width)]), equal)], ExpressionTree.False, equal.Type);
    }

    /// <summary>Compares an operand with the least and the greatest value of a query, and with how many there are.</summary>
    private BoundExpression Quantify(SubqueryExpression query)
    {
        BoundExpression operand = query.Operands[0];
        SqlField value = query.Plan.Fields[0];
        string[] extremes = (query.Comparison, query.IsAll) switch
        {
            ("=" or "<>", _) => ["MIN", "MAX"],
            (">" or ">=", true) or ("<" or "<=", false) => ["MAX"],
            _ => ["MIN"],
        };
        AggregateCall[] calls =
        [
            .. extremes.Select(e => new AggregateCall(
                e, [0], [value.Type.Materialized()], Distinct: false, Filter: -1, value.Type.Materialized().WithNullable(true),
                string.Empty)),
            new AggregateCall("COUNT", default, default, Distinct: false, Filter: -1, Count, string.Empty),
            new AggregateCall("COUNT", [0], [value.Type.Materialized()], Distinct: false, Filter: -1, Count, string.Empty),
        ];
        var plan = new AggregatePlan(
            query.Plan, default, ValueList.From(calls), ValueList.From(calls.Select((c, i) => new SqlField($"agg{i}", c.Type))));
        if (Values(plan, query.Arguments, query) is not { } values)
        {
            return LiteralBinder.Error;
        }

        operand = JoinConditions.Retype(operand, Plan);
        BoundExpression[] compared = [.. extremes.Select((e, i) => (BoundExpression)new CallExpression(
            query.Comparison, [operand, values[i]], SqlType.Boolean))];
        BoundExpression all = values[extremes.Length];
        BoundExpression known = values[extremes.Length + 1];
        BoundExpression Is(string test, params BoundExpression[] arguments) =>
            new CallExpression(test, ValueList.From(arguments), BooleanNotNull);
        BoundExpression decides = query.IsAll
            ? Is("OR", [.. compared.Select(c => Is("IS FALSE", c)), ExpressionTree.False])
            : Is("OR", [.. compared.Select(c => Is("IS TRUE", c)), ExpressionTree.False]);
        var answer = query.IsAll ? ExpressionTree.False : ExpressionTree.True;
        var otherwise = query.IsAll ? ExpressionTree.True : ExpressionTree.False;
        return new CaseExpression(
            [
                new CaseBranch(Is("=", all, new LiteralExpression("0", Count)), otherwise),
                new CaseBranch(decides, answer),
                new CaseBranch(
                    Is("OR", Is("IS NULL", operand), Is(">", all, known)), new LiteralExpression(null, SqlType.Boolean)),
            ],
            otherwise, SqlType.Boolean);
    }

    /// <summary>Drops what does not decide whether a query has a row.</summary>
    private static LogicalPlan Existence(LogicalPlan plan) => plan switch
    {
        ProjectPlan project => Existence(project.Input),
        SortPlan { Offset: 0, Count: not 0 } sort => Existence(sort.Input),
        LimitPlan { Offset: 0, Count: not 0 } limit => Existence(limit.Input),
        AggregatePlan { Keys.Count: > 0 } aggregate => Existence(aggregate.Input),
        _ => plan,
    };

    private static CallExpression Not(BoundExpression condition) => new("NOT", [condition], condition.Type);

    private static CallExpression NotFalse(IReadOnlyList<BoundExpression> comparisons) =>
        new("IS NOT FALSE", [ExpressionTree.And(comparisons)], BooleanNotNull);
}
