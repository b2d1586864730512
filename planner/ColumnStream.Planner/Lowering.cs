using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Changelogs;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner;

/// <summary>Picks physical nodes for a logical plan and puts exchanges where rows must change hands.</summary>
/// <remarks>Equal sub-plans become one node. Nodes come out in post-order with the parallelism of each.</remarks>
internal sealed partial class Lowering(int parallelism, ChangelogFacts facts)
{
    private readonly List<PhysicalNode> _nodes = [];
    private readonly List<int> _parallelism = [];
    private readonly Dictionary<LogicalPlan, int> _lowered = [];
    private readonly Dictionary<LogicalPlan, int> _wide = [];
    private readonly Dictionary<(int Input, Partitioning Kind, ValueList<int> Keys), int> _exchanges = [];
    private readonly Dictionary<LogicalPlan, int> _joinUses = [];
    private readonly HashSet<LogicalPlan> _seen = [];
    private readonly HashSet<string> _uids = new(StringComparer.Ordinal);

    /// <summary>Gets the nodes; a node's id is its position.</summary>
    public List<PhysicalNode> Nodes => _nodes;

    /// <summary>Gets the number of subtasks of each node.</summary>
    public IReadOnlyList<int> Parallelism => _parallelism;

    /// <summary>Looks at all sinks before the first is lowered: who takes a join's rows alone may choose its columns.</summary>
    public void Prepare(IEnumerable<LogicalPlan> plans)
    {
        foreach (LogicalPlan plan in plans.Where(_seen.Add))
        {
            foreach (LogicalPlan join in plan.Inputs.Where(i => i is JoinPlan or TimeJoinPlan { Kind: TimeJoinKind.Lookup }))
            {
                _joinUses[join] = _joinUses.GetValueOrDefault(join) + 1;
            }

            Prepare(plan.Inputs);
        }
    }

    /// <summary>Lowers a plan whose consumer names columns by position: what only a watermark needs may stay behind.</summary>
    private int LowerWide(LogicalPlan plan)
    {
        if (plan is not (TableReadPlan or FilterPlan))
        {
            return Lower(plan);
        }

        if (!_wide.TryGetValue(plan, out int id))
        {
            id = plan is TableReadPlan read ? LowerRead(read) : Filter((FilterPlan)plan);
            Keep(_wide, plan, id);
        }

        return id;
    }

    /// <summary>Remembers a plan, so that an equal one becomes the same node; tables are read once in any case.</summary>
    private void Keep(Dictionary<LogicalPlan, int> known, LogicalPlan plan, int id)
    {
        if (facts.Options.ReusesSubPlans || plan is TableReadPlan)
        {
            known.Add(plan, id);
        }
    }

    /// <summary>Lowers the input of an aggregation; before an exchange no column travels that nobody reads.</summary>
    private int LowerInput(LogicalPlan plan) => parallelism == 1 ? LowerWide(plan) : Lower(plan);

    private int Filter(FilterPlan filter)
    {
        int input = LowerWide(filter.Input);
        string uid = Derived("filter", Uid(input), filter.Predicate.ToString());
        if (!facts.Demands.Remembers(uid))
        {
            return Filter(input, filter.Predicate, uid);
        }

        // The answer becomes a column, which is kept; the filter reads it.
        ValueList<SqlField> fields = _nodes[input].Output;
        IEnumerable<BoundExpression> columns = fields.Select((f, i) => new ColumnExpression(i, f.Type));
        int answered = Project(
            input, [.. columns, filter.Predicate], [.. fields, new SqlField("condition", filter.Predicate.Type)]);
        int kept = Remember(answered, facts.Keys(answered).Where(key => key.Length > 0).MinBy(key => key.Length)!);
        return Trim(Filter(kept, new ColumnExpression(fields.Count, filter.Predicate.Type), uid), fields);
    }

    private int Filter(int input, BoundExpression predicate, string uid) => AddUnary(
        input, id => new FilterNode(predicate) { Id = 0, Inputs = [id], Output = _nodes[id].Output, Uid = uid });

    /// <summary>Keeps rows by a key as they were given: a change takes back what was said, whatever it would say by now.</summary>
    private int Remember(int id, int[] key)
    {
        ValueList<SqlField> fields = _nodes[id].Output;
        string uid = Claim($"remember-{PlanIdentity.Hash(StepLineage.Of(id, _nodes))}");
        id = AddUnary(WithBytes(Keyed(id, ValueList.From(key))), input => new ChangelogNormalizeNode(ValueList.From(key))
        {
            Id = 0, Inputs = [input], Output = _nodes[input].Output, Uid = uid,
        });
        return FromBytes(id, fields);
    }

    /// <summary>Cuts the columns that only a watermark needed.</summary>
    private int Trim(int id, ValueList<SqlField> fields) => Project(
        id, ValueList.From(fields.Select((f, i) => (BoundExpression)new ColumnExpression(i, f.Type))), fields);

    private int Lower(LogicalPlan plan)
    {
        if (!_lowered.TryGetValue(plan, out int id))
        {
            id = LowerNew(plan);
            Keep(_lowered, plan, id);
        }

        return id;
    }

    private int LowerNew(LogicalPlan plan)
    {
        switch (plan)
        {
            case TableReadPlan read:
                return Trim(LowerWide(read), read.Fields);
            case ValuesPlan values:
                return Add(
                    new ValuesNode(values.Rows) { Id = 0, Output = values.Fields, Uid = Derived("values", values.ToString()) }, 1);
            case FilterPlan filter:
                return Trim(LowerWide(filter), filter.Fields);
            case ProjectPlan { Input: JoinPlan { HasRightColumns: true } join, Expressions.Count: > 0 } project
                when project.Expressions.All(e => e is ColumnExpression) && _joinUses.GetValueOrDefault(join) < 2:
                IEnumerable<int> given = project.Expressions.Select(e => ((ColumnExpression)e).Index);
                return LowerJoin(join, project.Fields, ValueList.From(given));
            case ProjectPlan { Input: TimeJoinPlan { Kind: TimeJoinKind.Lookup } join, Expressions.Count: > 0 } project
                when project.Expressions.All(e => e is ColumnExpression) && _joinUses.GetValueOrDefault(join) < 2:
                IEnumerable<int> taken = project.Expressions.Select(e => ((ColumnExpression)e).Index);
                return LowerLookup(join, project.Fields, ValueList.From(taken));
            case ProjectPlan project:
                return Project(LowerWide(project.Input), project.Expressions, project.Fields);
            case WindowPlan window:
                bool isSession = window.Window.Kind == WindowKind.Session;
                int assigned = isSession ? Keyed(Lower(window.Input), window.Window.Partition) : Lower(window.Input);
                return AddUnary(assigned, id => new WindowAssignNode(window.Window)
                {
                    Id = 0, Inputs = [id], Output = window.Fields,
                    Uid = isSession ? Claim(window.Uid) : Derived("window", Uid(id), window.Window.ToString()),
                });
            case AggregatePlan aggregate:
                return LowerAggregate(aggregate);
            case WindowAggregatePlan aggregate:
                return LowerWindowAggregate(aggregate);
            case ScalarJoinPlan join:
                ValueList<int> sides = Meet(join.Left, default, join.Right, default);
                return Add(
                    new ScalarJoinNode(join.Place)
                    {
                        Id = 0, Inputs = sides, Output = join.Fields, Uid = Claim(join.Uid),
                    });
            case SemiJoinPlan { Kind: not SemiJoinKind.Mark, IsNullAware: false } join when facts.Options.StateTtlMs > 0:
                JoinType type = join.Kind == SemiJoinKind.Semi ? JoinType.Semi : JoinType.Anti;
                ValueList<bool> strict = ValueList.From(join.LeftKeys.Select(_ => false));
                return Lower(new JoinPlan(
                    join.Left, join.Right, type, join.LeftKeys, join.RightKeys, strict, null, join.Fields, join.Uid));
            case SemiJoinPlan join:
                return LowerSemiJoin(join);
            case JoinPlan { Type: JoinType.Semi or JoinType.Anti, Residual: null, LeftTtlMs: < 0, RightTtlMs: < 0 } join
                when !join.NullSafe.Contains(true) && facts.Options.StateTtlMs <= 0:
                SemiJoinKind kind = join.Type == JoinType.Semi ? SemiJoinKind.Semi : SemiJoinKind.Anti;
                return LowerSemiJoin(new SemiJoinPlan(
                    join.Left, join.Right, kind, join.LeftKeys, join.RightKeys, false, join.Fields, join.Uid));
            case JoinPlan join:
                return LowerJoin(join, join.Fields, default);
            case SetOperationPlan set:
                ValueList<int> whole = ValueList.From(Enumerable.Range(0, set.Fields.Count));
                int[] compared = [Keyed(Lower(set.Left), whole), Keyed(Lower(set.Right), whole)];
                return Add(
                    new SetOperationNode(set.Kind, set.IsAll)
                    {
                        Id = 0, Inputs = ValueList.From(compared), Output = set.Fields, Uid = Claim(set.Uid),
                    });
            case UnnestPlan unnest:
                return AddUnary(
                    LowerWide(unnest.Input),
                    id => new UnnestNode(unnest.Collection, unnest.Kept, unnest.WithOrdinality, unnest.IsOuter)
                    {
                        Id = 0, Inputs = [id], Output = unnest.Fields, Uid = Derived("unnest", Uid(id), unnest.ToString()),
                    });
            case TimeJoinPlan { Kind: TimeJoinKind.Lookup } join:
                return LowerLookup(join, join.Fields, default);
            case TimeJoinPlan join:
                ValueList<int> timed = Meet(join.Left, join.LeftKeys, join.Right, join.RightKeys);
                return Add(TimeJoinLowering.Join(join, timed, Claim(join.Uid)));
            case ArgMaxPlan best when ArgMaxLowering.IsOneStep(Lower(best.Input), facts):
                return AddUnary(Keyed(Lower(best.Input), best.Keys), id => ArgMaxLowering.Node(best, id, Claim(best.Uid)));
            case ArgMaxPlan best:
                return Lower(best.Apart());
            case ExpandPlan expand:
                return AddUnary(
                    Lower(expand.Input), id => new ExpandNode(expand.Nulled)
                    {
                        Id = 0, Inputs = [id], Output = expand.Fields, Uid = Derived("expand", Uid(id), expand.ToString()),
                    });
            case OverPlan over:
                return AddUnary(
                    Keyed(Lower(over.Input), over.Partition), id => OverLowering.Node(over, id, facts, Claim(over.Uid)));
            case RankPlan rank:
                return AddUnary(
                    Keyed(Lower(rank.Input), rank.Partition), id => RankLowering.Rank(rank, id, facts, Claim(rank.Uid)));
            case UnionPlan union:
                return LowerUnion(union);
            case SortPlan sort:
                return Sort(Lower(sort.Input), sort.Keys, sort.Offset, sort.Count, sort.Uid);
            case LimitPlan limit:
                return LowerLimit(limit);
            default:
                throw new InvariantException(9001, $"Plan node cannot be lowered: {plan.GetType().Name}.");
        }
    }

    /// <summary>Passes the first rows as they come; over updates the first of the final rows.</summary>
    private int LowerLimit(LimitPlan limit)
    {
        int input = Lower(limit.Input);
        return facts.Updates(input)
            ? Sort(input, default, limit.Offset, limit.Count, limit.Uid)
            : AddUnary(
                Exchange(input, Partitioning.Single, default), id => new LimitNode(limit.Offset, limit.Count)
                {
                    Id = 0, Inputs = [id], Output = limit.Fields, Uid = Claim(limit.Uid),
                });
    }

    private int LowerUnion(UnionPlan union)
    {
        int[] inputs = [.. union.Branches.Select(Lower)];
        int width = inputs.Max(id => _parallelism[id]);

        bool isCut = inputs.Any(HasExchange);
        inputs = [.. inputs.Select(id => _parallelism[id] != width ? Spread(id, width) : isCut ? Apart(id) : id)];
        return Add(
            new UnionNode
            {
                Id = 0, Inputs = ValueList.From(inputs), Output = union.Fields, Uid = Derived("union", [.. inputs.Select(Uid)]),
            },
            width);
    }

    /// <summary>Deals out rows of few subtasks; where they may go again, by content, so that a −D never overtakes its +I.</summary>
    private int Spread(int id, int width)
    {
        ValueList<SqlField> fields = _nodes[id].Output;
        ValueList<int> columns = !facts.Updates(id) ? default
            : ValueList.From(Enumerable.Range(0, fields.Count).Where(c => !fields[c].Type.IsNested));
        return Exchange(id, columns.Count == 0 ? Partitioning.RoundRobin : Partitioning.Hash, columns, width);
    }

    private bool HasExchange(int id) => _nodes[id] is ExchangeNode || _nodes[id].Inputs.Any(HasExchange);

    private int Sort(int input, ValueList<SortKey> keys, long offset, long count, string uid) =>
        AddUnary(
            Exchange(input, Partitioning.Single, default),
            id => RankLowering.Sort(id, keys, offset, count, _nodes[id].Output, facts, Claim(uid)));

    /// <summary>Computes columns; nothing is added where the columns are the input's as they are.</summary>
    private int Project(int input, ValueList<BoundExpression> expressions, ValueList<SqlField> fields)
    {
        bool isIdentity = expressions.Count == _nodes[input].Output.Count && fields == _nodes[input].Output
            && expressions.Select((e, i) => e is ColumnExpression column && column.Index == i).All(same => same);
        if (isIdentity)
        {
            return input;
        }

        int made = AddUnary(input, id => new ProjectNode(expressions)
        {
            Id = 0, Inputs = [id], Output = fields, Uid = Derived("project", Uid(id), string.Join(',', expressions)),
        });
        return facts.Demands.Remembers(Uid(made)) ? Remember(made, Determinism.KeyOf(_nodes[made], facts)!) : made;
    }

    /// <summary>Adds an exchange, or none where one subtask feeds one.</summary>
    private int Exchange(int input, Partitioning kind, ValueList<int> keys, int? width = null)
    {
        int consumers = kind == Partitioning.Single ? 1 : width ?? parallelism;
        if (kind != Partitioning.Forward && _parallelism[input] == 1 && consumers == 1)
        {
            return input;
        }

        if (!_exchanges.TryGetValue((input, kind, keys), out int id))
        {
            string uid = Derived("exchange", Uid(input), kind.ToString(), string.Join(',', keys));
            id = Add(
                new ExchangeNode(kind, keys) { Id = 0, Inputs = [input], Output = _nodes[input].Output, Uid = uid }, consumers);
            _exchanges.Add((input, kind, keys), id);
        }

        return id;
    }

    private int AddUnary(int input, Func<int, PhysicalNode> make) => Add(make(input), _parallelism[input]);

    private int Add(PhysicalNode node, int? width = null)
    {
        int id = _nodes.Count;
        _nodes.Add(node with { Id = id });
        facts.Add(_nodes[id]);
        _parallelism.Add(width ?? _parallelism[node.Inputs[0]]);
        return id;
    }

    private string Uid(int id) => _nodes[id].Uid;

    private string Derived(string kind, params ReadOnlySpan<string> parts) => Claim($"{kind}-{PlanIdentity.Hash(parts)}");

    private string Claim(string uid)
    {
        string name = uid;
        for (int n = 1; !_uids.Add(name); n++)
        {
            name = $"{uid}-{n}";
        }

        return name;
    }
}
