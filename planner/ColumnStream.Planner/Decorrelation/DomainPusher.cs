using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;
using ColumnStream.Planner.Binding.Joins;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Decorrelation;

/// <summary>
/// Runs a query for all values that the outer rows have at once: a table of the distinct ones, the domain, goes down to where
/// they are used and becomes part of every key on its way up.
/// </summary>
/// <param name="depth">Depth of the parameters.</param>
/// <param name="domain">The distinct values, a column a parameter.</param>
/// <param name="parameters">Which parameters those are.</param>
internal sealed class DomainPusher(int depth, LogicalPlan domain, int[] parameters)
{
    private readonly ParameterPuller _puller = new(depth);

    /// <summary>Gets what stopped the domain, in words for a message.</summary>
    public string? Refused { get; private set; }

    /// <summary>Returns the query for every row of the domain: its columns, then the domain's; null where a step stops it.</summary>
    public LogicalPlan? Push(LogicalPlan plan)
    {
        if (_puller.Pull(plan) is { } free)
        {
            return Meet(free);
        }

        return plan switch
        {
            FilterPlan filter => Push(filter.Input) is { } input
                ? new FilterPlan(input, Bind(filter.Predicate, filter.Input.Fields.Count)) : null,
            ProjectPlan project => Push(project),
            AggregatePlan aggregate => Push(aggregate),
            SortPlan { Offset: 0, Count: < 0 } sort => Push(sort.Input),
            SortPlan sort => Rank(sort.Input, sort.Keys, sort.Offset, sort.Count),
            LimitPlan limit => Rank(limit.Input, default, limit.Offset, limit.Count),
            RankPlan rank => Push(rank),
            OverPlan over => Push(over),
            ExpandPlan expand => Push(expand),
            UnnestPlan unnest => Push(unnest),
            UnionPlan union => Push(union),
            SetOperationPlan set => Push(set),
            JoinPlan join => Push(join),
            SemiJoinPlan join => Push(join),
            ScalarJoinPlan join => Push(join),
            _ => Refuse(plan),
        };
    }

    private LogicalPlan? Refuse(LogicalPlan plan)
    {
        string name = plan.GetType().Name;
        Refused ??= plan switch
        {
            WindowPlan => "a window function",
            AggregatePlan => "an aggregate that has a value over no row",
            _ => name.EndsWith("Plan", System.StringComparison.Ordinal) ? name[..^4] : name,
        };
        return null;
    }

    private BoundExpression Bind(BoundExpression expression, int width) => PlanExpressions.Replace(
        expression, depth, k => At(width, k));

    /// <summary>Returns the column of a parameter where the domain begins at <paramref name="first"/>.</summary>
    private ColumnExpression At(int first, int parameter)
    {
        int column = System.Array.IndexOf(parameters, parameter);
        return new ColumnExpression(first + column, domain.Fields[column].Type);
    }

    /// <summary>Moves the last columns of a plan behind those that follow them: query columns first, then the domain's.</summary>
    /// <param name="plan">Has the input's columns, the domain's, and what the step added.</param>
    /// <param name="first">Where the domain's columns stand.</param>
    private ProjectPlan Order(LogicalPlan plan, int first)
    {
        int size = domain.Fields.Count;
        int[] columns =
        [
            .. Enumerable.Range(0, first), .. Enumerable.Range(first + size, plan.Fields.Count - first - size),
            .. Enumerable.Range(first, size),
        ];
        return Pick(plan, columns);
    }

    private static ProjectPlan Pick(LogicalPlan plan, IEnumerable<int> columns)
    {
        int[] picked = [.. columns];
        return new ProjectPlan(
            plan, ValueList.From(picked.Select(c => (BoundExpression)new ColumnExpression(c, plan.Fields[c].Type))),
            ValueList.From(picked.Select(c => plan.Fields[c])));
    }

    private IEnumerable<int> DomainAt(int first) => Enumerable.Range(first, domain.Fields.Count);

    /// <summary>Joins the domain with a query whose parameters stand on top.</summary>
    private ProjectPlan Meet(Dependent query)
    {
        BoundExpression[] values = Dependent.Columns(domain);
        BoundExpression[] arguments = new BoundExpression[parameters.Length == 0 ? 0 : parameters[^1] + 1];
        for (int i = 0; i < parameters.Length; i++)
        {
            arguments[parameters[i]] = values[i];
        }

        (LogicalPlan plan, BoundExpression[] outputs) = DependentJoin.Join(domain, query, depth, arguments, isOuter: false);
        BoundExpression[] expressions = [.. outputs, .. values];
        return new ProjectPlan(
            plan, ValueList.From(expressions),
            ValueList.From(expressions.Select((e, i) => new SqlField(
                i < outputs.Length ? $"c{i}" : domain.Fields[i - outputs.Length].Name, e.Type.Materialized()))));
    }

    private ProjectPlan? Push(ProjectPlan project)
    {
        int width = project.Input.Fields.Count;
        if (Push(project.Input) is not { } input)
        {
            return null;
        }

        BoundExpression[] expressions =
        [
            .. project.Expressions.Select(e => JoinConditions.Retype(Bind(e, width), input)),
            .. DomainAt(width).Select(c => new ColumnExpression(c, input.Fields[c].Type)),
        ];
        IEnumerable<SqlField> fields = project.Fields.Concat(domain.Fields);
        return new ProjectPlan(
            input, ValueList.From(expressions), ValueList.From(fields.Select((f, i) => f with { Type = expressions[i].Type })));
    }

    private LogicalPlan? Push(AggregatePlan aggregate)
    {
        int width = aggregate.Input.Fields.Count;
        int keys = aggregate.Keys.Count;
        int size = domain.Fields.Count;
        if (Push(aggregate.Input) is not { } input)
        {
            return null;
        }

        SqlField[] calls = [.. aggregate.Fields.Skip(keys)];
        LogicalPlan grouped = new AggregatePlan(
            input, [.. aggregate.Keys, .. DomainAt(width)], aggregate.Aggregates,
            [.. aggregate.Fields.Take(keys), .. domain.Fields, .. calls]);
        if (keys > 0)
        {
            return Order(grouped, keys);
        }

        // Every value of the domain has its group, also where no row was found for it.
        LogicalPlan all = RegularJoin.Plan(domain, grouped, JoinType.Left, SameDomain(0, size));
        List<BoundExpression> outputs = [];
        for (int i = 0; i < calls.Length; i++)
        {
            int at = (2 * size) + i;
            BoundExpression? value = ParameterPuller.OverNothing(
                aggregate.Aggregates[i], new ColumnExpression(at, all.Fields[at].Type));
            if (value is null)
            {
                return Refuse(aggregate);
            }

            outputs.Add(value);
        }

        outputs.AddRange(DomainAt(0).Select(c => new ColumnExpression(c, all.Fields[c].Type)));
        IEnumerable<SqlField> fields = calls.Concat(domain.Fields).Select((f, i) => f with { Type = outputs[i].Type });
        return new ProjectPlan(all, ValueList.From(outputs), ValueList.From(fields));
    }

    /// <summary>Says that two sides stand for the same outer rows.</summary>
    private IEnumerable<BoundExpression> SameDomain(int left, int right) => domain.Fields.Select((f, i) =>
        JoinConditions.Equality(
            new ColumnExpression(left + i, f.Type), new ColumnExpression(right + i, f.Type), isNullSafe: true));

    private LogicalPlan? Rank(LogicalPlan below, ValueList<SortKey> order, long offset, long count)
    {
        int width = below.Fields.Count;
        if (Push(below) is not { } input)
        {
            return null;
        }

        return count == 0 ? new FilterPlan(input, ExpressionTree.False) : new RankPlan(
            input, RankFunction.RowNumber, ValueList.From(DomainAt(width)), order, offset + 1,
            count < 0 ? long.MaxValue : offset + count, input.Fields);
    }

    private ProjectPlan? Push(RankPlan rank) => Above(rank.Input, (input, width) => rank with
    {
        Input = input,
        Partition = [.. rank.Partition, .. DomainAt(width)],
        Fields = [.. input.Fields, .. rank.Fields.Skip(width)],
    });

    private ProjectPlan? Push(OverPlan over) => Above(over.Input, (input, width) => over with
    {
        Input = input,
        Partition = [.. over.Partition, .. DomainAt(width)],
        Fields = [.. input.Fields, .. over.Fields.Skip(width)],
    });

    private ProjectPlan? Push(ExpandPlan expand) => Above(expand.Input, (input, width) => expand with
    {
        Input = input,
        Fields = [.. expand.Fields.Take(width), .. domain.Fields, .. expand.Fields.Skip(width)],
    });

    /// <summary>Makes a step over an input with the domain behind its columns, and puts the domain behind the step's columns too.</summary>
    private ProjectPlan? Above(LogicalPlan below, System.Func<LogicalPlan, int, LogicalPlan> step)
    {
        int width = below.Fields.Count;
        return Push(below) is not { } input ? null : Order(step(input, width), width);
    }

    private ProjectPlan? Push(UnnestPlan unnest)
    {
        int width = unnest.Input.Fields.Count;
        return Push(unnest.Input) is not { } input ? null : Order(
            unnest with
            {
                Input = input,
                Collection = Bind(unnest.Collection, width),
                Kept = [.. unnest.Kept, .. DomainAt(width)],
                Fields = [.. unnest.Fields.Take(unnest.Kept.Count), .. domain.Fields, .. unnest.Fields.Skip(unnest.Kept.Count)],
            },
            unnest.Kept.Count);
    }

    private UnionPlan? Push(UnionPlan union)
    {
        LogicalPlan?[] branches = [.. union.Branches.Select(Push)];
        return branches.Contains(null) ? null : new UnionPlan(
            ValueList.From(branches.OfType<LogicalPlan>()),
            [.. union.Fields.Select(f => f with { Type = f.Type.Materialized() }), .. domain.Fields]);
    }

    private SetOperationPlan? Push(SetOperationPlan set) => Push(set.Left) is { } left && Push(set.Right) is { } right
        ? set with { Left = left, Right = right, Fields = [.. set.Fields, .. domain.Fields] } : null;

    private LogicalPlan? Push(JoinPlan join)
    {
        bool isRightFree = join.Type is JoinType.Inner or JoinType.Left or JoinType.Semi or JoinType.Anti
            && !PlanExpressions.HasParameters(join.Right, depth);
        bool isLeftFree = join.Type is JoinType.Inner or JoinType.Right && !PlanExpressions.HasParameters(join.Left, depth);
        int l = join.Left.Fields.Count;
        int r = join.Right.Fields.Count;
        int size = domain.Fields.Count;
        LogicalPlan? left = isLeftFree && !isRightFree ? join.Left : Push(join.Left);
        LogicalPlan? right = isRightFree ? join.Right : Push(join.Right);
        if (left is null || right is null)
        {
            return null;
        }

        // Parameters of the condition are read where the domain surely stands.
        bool isDomainLeft = left != join.Left && join.Type != JoinType.Right;
        int width = left.Fields.Count;
        int at = isDomainLeft ? l : width + r;
        IEnumerable<BoundExpression> conditions = JoinConditions.Of(join).Select(e => PlanExpressions.Replace(
            ExpressionTree.Remap(e, c => c < l ? c : c + width - l), depth,
            k => At(at, k)));
        if (width > l && right.Fields.Count > r)
        {
            conditions = conditions.Concat(SameDomain(l, width + r));
        }

        LogicalPlan plan = RegularJoin.Plan(left, right, join.Type, conditions);
        IEnumerable<int> shown = join.HasRightColumns
            ? Enumerable.Range(0, l).Concat(Enumerable.Range(width, r)) : Enumerable.Range(0, l);
        if (join.Type != JoinType.Full)
        {
            return Pick(plan, shown.Concat(DomainAt(at)));
        }

        BoundExpression[] expressions =
        [
            .. shown.Select(c => new ColumnExpression(c, plan.Fields[c].Type)),
            .. Enumerable.Range(0, size).Select(k => new CallExpression(
                "COALESCE",
                [
                    new ColumnExpression(l + k, plan.Fields[l + k].Type),
                    new ColumnExpression(width + r + k, plan.Fields[width + r + k].Type),
                ],
                domain.Fields[k].Type)),
        ];
        IEnumerable<SqlField> fields = shown.Select(c => plan.Fields[c]).Concat(domain.Fields);
        return new ProjectPlan(plan, ValueList.From(expressions), ValueList.From(fields));
    }

    private ProjectPlan? Push(SemiJoinPlan join) => Beside(join, join.Left, join.Right, (left, width) => join with
    {
        Left = left,
        Fields = [.. left.Fields, .. join.Fields.Skip(width)],
    });

    private ProjectPlan? Push(ScalarJoinPlan join) => Beside(join, join.Left, join.Right, (left, width) => join with
    {
        Left = left,
        Fields = [.. left.Fields, .. join.Fields.Skip(width)],
    });

    /// <summary>Pushes the domain into the left side only; the right one must do without.</summary>
    private ProjectPlan? Beside(
        LogicalPlan join, LogicalPlan left, LogicalPlan right, System.Func<LogicalPlan, int, LogicalPlan> step)
    {
        if (PlanExpressions.HasParameters(right, depth))
        {
            Refuse(join);
            return null;
        }

        return Above(left, step);
    }
}
