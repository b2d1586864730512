using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Catalogs;
using ColumnStream.Planner.Changelogs;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner;

/// <summary>Picks physical nodes for a logical plan and puts exchanges where rows must change hands.</summary>
/// <remarks>Equal sub-plans become one node. Nodes come out in post-order with the parallelism of each.</remarks>
internal sealed class Lowering(int parallelism, ChangelogFacts facts)
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

    /// <summary>Lowers one sink with everything below it; returns its id.</summary>
    public int LowerSink(SinkPlan sink)
    {
        int input = Keyed(sink, Checked(sink, Lower(sink.Input)));
        input = sink.Table.IsOverwritten ? Exchange(input, Partitioning.Single, default) : input;
        return Add(new SinkNode(sink.Table) { Id = 0, Inputs = [input], Output = Named(sink, input), Uid = Claim(sink.Uid) });
    }

    /// <summary>Puts a side table behind every operator that leaves out late rows.</summary>
    public void LowerLateRows(TableSpec table)
    {
        foreach (PhysicalNode node in _nodes.Where(LateRowsLowering.LeavesOut).ToList())
        {
            PhysicalNode input = _nodes[node.Inputs[0]];
            int late = Add(LateRowsLowering.Make(node, input, Derived("late-rows", node.Uid)));
            string uid = Derived("late-sink", node.Uid);
            Add(new SinkNode(table) { Id = 0, Inputs = [late], Output = _nodes[late].Output, Uid = uid });
        }
    }

    /// <summary>Sees to NOT NULL and lengths that the table declares and the query does not keep.</summary>
    private int Checked(SinkPlan sink, int input)
    {
        SqlField[] fields = [.. _nodes[input].Output];
        SqlField[] columns = [.. sink.Table.Columns];
        int[] notNull = [.. Enumerable.Range(0, columns.Length).Where(i => !columns[i].Type.Nullable && fields[i].Type.Nullable)];
        int[] lengths = facts.Options.LengthEnforcer == "ignore" ? []
            : [.. Enumerable.Range(0, columns.Length).Where(i => MayNotFit(fields[i].Type, columns[i].Type))];
        if (lengths.Length > 0 && facts.Options.LengthEnforcer == "trim_pad")
        {
            SqlField[] cut = [.. fields.Select((f, i) => lengths.Contains(i)
                ? f with { Type = columns[i].Type.WithNullable(f.Type.Nullable) } : f)];
            input = Project(
                input,
                ValueList.From(fields.Select((f, i) => lengths.Contains(i)
                    ? (BoundExpression)new CastExpression(new ColumnExpression(i, f.Type), cut[i].Type)
                    : new ColumnExpression(i, f.Type))),
                ValueList.From(cut));
            fields = cut;
            lengths = [];
        }

        if (notNull.Length + lengths.Length == 0)
        {
            return input;
        }

        return AddUnary(input, id => new SinkCheckNode(
            ValueList.From(notNull),
            facts.Options.DropsNulls,
            ValueList.From(lengths),
            ValueList.From(lengths.Select(i => columns[i].Type.Id is SqlTypeId.Char or SqlTypeId.Binary
                ? -columns[i].Type.Length : columns[i].Type.Length)))
        {
            Id = 0, Inputs = [id], Uid = Derived("check", Uid(id), sink.Uid), Table = sink.Table.Name,
            Output = ValueList.From(fields.Select((f, i) =>
                notNull.Contains(i) ? f with { Type = f.Type.WithNullable(false) } : f)),
        });
    }

    /// <summary>Tells whether text or bytes may be longer than a column, or shorter than one of fixed length.</summary>
    private static bool MayNotFit(SqlType from, SqlType to) =>
        to.Id is SqlTypeId.Char or SqlTypeId.VarChar or SqlTypeId.Binary or SqlTypeId.VarBinary
        && from.IsText == to.IsText
        && !(from.Length <= to.Length && (to.Id is SqlTypeId.VarChar or SqlTypeId.VarBinary
            || (from.Id == to.Id && from.Length == to.Length)));

    /// <summary>Makes what comes fit the primary key of a table: one row a key, changes by it, or rows of a key in one subtask.</summary>
    private int Keyed(SinkPlan sink, int input)
    {
        ValueList<int> key = sink.Table.PrimaryKey;
        if (key.Count == 0 || facts.IsBatch)
        {
            return input;
        }

        ChangelogMode? takes = facts.Connectors.Find(sink.Table.Connector)?.SinkChangelog(sink.Table);
        string? reason = takes != ChangelogMode.Upsert ? null : facts.Options.Materialize switch
        {
            "force" => "forced",
            "none" => null,
            _ when !facts.Updates(input) || facts.Keys(input).Any(k => k.All(key.Contains)) => null,
            _ => facts.Key(input) is { Length: > 0 }
                ? $"rows are known by ({facts.KeyNames(input)}), the table by "
                    + $"({string.Join(", ", key.Select(k => sink.Table.Columns[k].Name))})"
                : "rows have no key",
        };
        if (reason is not null)
        {
            int[] rowKey = facts.Keys(input).MinBy(k => k.Length) ?? [];
            ValueList<SqlField> fields = _nodes[input].Output;
            input = AddUnary(WithBytes(Keyed(input, key)), id => new UpsertMaterializeNode(key, ValueList.From(rowKey))
            {
                Id = 0, Inputs = [id], Output = _nodes[id].Output, Uid = Claim($"materialize-{PlanIdentity.Hash(sink.Uid)}"),
                Reason = reason,
            });
            return FromBytes(input, fields);
        }

        input = facts.Options.KeyedShuffle == "force" ? Keyed(input, key) : input;
        return !facts.Demands.DropsOld(sink.Uid) ? input : AddUnary(input, id => new UpsertChangesNode(key)
        {
            Id = 0, Inputs = [id], Output = _nodes[id].Output, Uid = Derived("upsert-changes", Uid(id), string.Join(',', key)),
        });
    }

    /// <summary>Keeps the last row of each primary key behind a read, and gives full changes of it.</summary>
    private int Normalized(TableReadPlan read, List<int> wanted, int id)
    {
        int[] key = [.. read.Spec.PrimaryKey.Select(p => wanted.FindIndex(c => read.Table.Columns[c].Physical == p))];
        ValueList<SqlField> fields = _nodes[id].Output;
        id = AddUnary(WithBytes(Keyed(id, ValueList.From(key))), input => new ChangelogNormalizeNode(ValueList.From(key))
        {
            Id = 0, Inputs = [input], Output = _nodes[input].Output, Uid = Claim($"normalize-{PlanIdentity.Hash(read.Uid)}"),
        });
        return FromBytes(id, fields);
    }

    /// <summary>Turns arrays, maps and rows into their canonical bytes, which state keeps.</summary>
    private int WithBytes(int id)
    {
        SqlField[] fields = [.. _nodes[id].Output];
        BoundExpression[] bytes = [.. fields.Select((f, i) => f.Type.IsNested
            ? (BoundExpression)new CastExpression(new ColumnExpression(i, f.Type), SqlType.Bytes.WithNullable(f.Type.Nullable))
            : new ColumnExpression(i, f.Type))];
        return Project(
            id, ValueList.From(bytes), ValueList.From(fields.Select((f, i) => f with { Type = bytes[i].Type })));
    }

    /// <summary>Turns bytes back into what they were.</summary>
    private int FromBytes(int id, ValueList<SqlField> fields) => Project(
        id,
        ValueList.From(fields.Select((f, i) => f.Type.IsNested
            ? (BoundExpression)new CastExpression(
                new ColumnExpression(i, SqlType.Bytes.WithNullable(f.Type.Nullable)), f.Type)
            : new ColumnExpression(i, f.Type))),
        fields);

    /// <summary>Names the sink's columns as its table does, with the types that come.</summary>
    private ValueList<SqlField> Named(SinkPlan sink, int input) =>
        ValueList.From(_nodes[input].Output.Select((f, i) => f with { Name = sink.Table.Columns[i].Name }));

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

    private int LowerRead(TableReadPlan read)
    {
        CatalogTable table = read.Table;
        CatalogWatermark? watermark = read.EmitsWatermarks ? table.Watermark : null;
        var wanted = new List<int>(read.Columns);
        if (watermark is not null)
        {
            SortedSet<int> needed = ExpressionTree.ColumnsOf(watermark.Expression);
            needed.Add(watermark.Column);
            wanted.AddRange(needed.Where(c => !wanted.Contains(c)));
        }

        string uid = Claim(read.Uid);
        bool isNormalized = IsNormalized(read, uid);
        if (isNormalized)
        {
            wanted.AddRange(Enumerable.Range(0, table.Columns.Count)
                .Where(c => read.Spec.PrimaryKey.Contains(table.Columns[c].Physical) && !wanted.Contains(c)));
        }

        var physical = new SortedSet<int>();
        foreach (int column in wanted)
        {
            if (table.Columns[column].Computed is { } computed)
            {
                ExpressionTree.CollectColumns(computed, physical);
            }
            else
            {
                physical.Add(table.Columns[column].Physical);
            }
        }

        int[] projection = [.. physical];
        int id = Add(
            new SourceNode(read.Spec, ValueList.From(projection))
            {
                Id = 0,
                Output = ValueList.From(projection.Select(p => SourceField(table, read.Spec, p))),
                Uid = uid,
            },
            parallelism);
        id = Project(
            id,
            ValueList.From(wanted.Select(c => ReadColumn(table.Columns[c], projection))),
            ValueList.From(wanted.Select(c => new SqlField(table.Columns[c].Name, table.Columns[c].Type))));
        if (watermark is not null)
        {
            BoundExpression expression = ExpressionTree.Remap(watermark.Expression, wanted.IndexOf);
            id = AddUnary(
                id, input => new WatermarkNode(wanted.IndexOf(watermark.Column), expression, read.Strategy, read.IdleTimeoutMs)
                {
                    Id = 0, Inputs = [input], Output = _nodes[input].Output,
                    Uid = Claim($"watermark-{PlanIdentity.Hash(read.Uid)}"),
                });
        }

        return isNormalized ? Normalized(read, wanted, id) : id;
    }

    private bool IsNormalized(TableReadPlan read, string uid) => read.Spec.PrimaryKey.Count > 0 && !facts.IsBatch
        && (facts.Demands.Normalizes(uid) || (facts.Options.HasDuplicates
            && facts.Connectors.Find(read.Spec.Connector)?.SourceChangelog(read.Spec) is not (null or ChangelogMode.InsertOnly)));

    /// <summary>Returns a physical column; the rowtime's attribute stands on it from the source on.</summary>
    private static SqlField SourceField(CatalogTable table, TableSpec spec, int physical)
    {
        CatalogColumn column = table.Columns.First(c => c.Physical == physical);
        return new SqlField(spec.Columns[physical].Name, column.Type);
    }

    private static BoundExpression ReadColumn(CatalogColumn column, int[] projection) => column.Computed is { } computed
        ? ExpressionTree.Remap(computed, p => Array.IndexOf(projection, p))
        : new ColumnExpression(Array.IndexOf(projection, column.Physical), column.Type);

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

    /// <summary>Aggregates behind an exchange by key, and before it too where that makes less of what is exchanged.</summary>
    private int LowerAggregate(AggregatePlan aggregate)
    {
        int input = LowerInput(aggregate.Input);
        ValueList<int> keys = aggregate.Keys;
        bool isSplit = parallelism > 1 && LocalAggregation.CanSplit(aggregate.Aggregates, input, facts);
        if (isSplit)
        {
            input = LowerLocal(input, keys, aggregate.Aggregates, null);
            keys = ValueList.From(Enumerable.Range(0, keys.Count));
        }

        return AddUnary(
            Keyed(input, keys), id => new GroupAggregateNode(keys, aggregate.Aggregates)
            {
                Id = 0, Inputs = [id], Output = aggregate.Fields, Uid = Claim(aggregate.Uid), TakesPartials = isSplit,
                StateTtlMs = aggregate.StateTtlMs,
            });
    }

    private int LowerWindowAggregate(WindowAggregatePlan aggregate)
    {
        int input = LowerInput(aggregate.Input);
        ValueList<int> keys = aggregate.Keys;
        WindowSpec window = aggregate.Window;
        bool isSplit = parallelism > 1 && LocalAggregation.HasSlices(window, aggregate.Firing)
            && LocalAggregation.CanSplit(aggregate.Aggregates, input, facts);
        if (isSplit)
        {
            input = LowerLocal(input, keys, aggregate.Aggregates, window);
            keys = ValueList.From(Enumerable.Range(0, keys.Count));
            window = window with { TimeColumn = keys.Count };
        }

        return AddUnary(
            Keyed(input, keys), id => new WindowAggregateNode(window, keys, aggregate.Aggregates)
            {
                Id = 0, Inputs = [id], Output = aggregate.Fields, Uid = Claim(aggregate.Uid), Firing = aggregate.Firing,
                TakesPartials = isSplit, Best = aggregate.Best,
            });
    }

    private int LowerLocal(int input, ValueList<int> keys, ValueList<AggregateCall> calls, WindowSpec? window)
    {
        string uid = Derived("local", Uid(input), $"{window}", string.Join(',', keys), string.Join(',', calls));
        return AddUnary(input, id => LocalAggregation.Node(keys, calls, window, id, facts, uid));
    }

    /// <summary>Joins; <paramref name="columns"/> are those that come out under <paramref name="fields"/>, none means all.</summary>
    private int LowerJoin(JoinPlan join, ValueList<SqlField> fields, ValueList<int> columns)
    {
        ValueList<int> sides = Meet(join.Left, join.LeftKeys, join.Right, join.RightKeys);
        return Add(new JoinNode(join.Type, join.LeftKeys, join.RightKeys, join.NullSafe, join.Residual)
        {
            Id = 0, Inputs = sides, Output = fields, Uid = Claim(join.Uid), Columns = columns,
            LeftTtlMs = join.LeftTtlMs, RightTtlMs = join.RightTtlMs,
        });
    }

    /// <summary>Looks up behind no exchange: only changes of a row stay together, or rows of a key where a hint says so.</summary>
    private int LowerLookup(TimeJoinPlan join, ValueList<SqlField> fields, ValueList<int> columns)
    {
        string uid = Claim(join.Uid);
        int width = join.Left.Fields.Count;
        int input = facts.Demands.KeepsLookups(uid) ? LowerWithKey(join.Left) : Lower(join.Left);
        ValueList<SqlField> all = _nodes[input].Output;
        bool updates = facts.Updates(input);
        ValueList<int> partition = join.Lookup!.Shuffles ? join.LeftKeys : default;
        if (updates)
        {
            partition = ValueList.From(facts.Key(input) is { Length: > 0 } rowsBy
                ? rowsBy : Enumerable.Range(0, all.Count).Where(c => !all[c].Type.IsNested));
        }

        if (partition.Count > 0)
        {
            input = Keyed(input, partition);
        }

        if (!facts.Demands.KeepsLookups(uid))
        {
            return AddUnary(input, i => LookupLowering.Node(join, i, fields, columns, partition, facts, uid));
        }

        // The rows that come out are kept by their key, which may be no column of the result.
        List<int> shown = [.. (columns.Count == 0 ? Enumerable.Range(0, join.Fields.Count) : columns).Select(Moved)];
        shown.AddRange(facts.Key(input)!.Where(k => !shown.Contains(k)));
        ValueList<int> rowKey = ValueList.From(facts.Key(input)!.Select(k => shown.IndexOf(k)));
        ValueList<SqlField> kept = ValueList.From(shown.Select((c, i) => i < fields.Count ? fields[i] : all[c]));
        TimeJoinPlan moved = join with { Residual = join.Residual is null ? null : ExpressionTree.Remap(join.Residual, Moved) };
        int id = AddUnary(
            input, i => LookupLowering.Node(moved, i, kept, ValueList.From(shown), partition, facts, uid));
        id = AddUnary(WithBytes(id), i => new ChangelogNormalizeNode(rowKey)
        {
            Id = 0, Inputs = [i], Output = _nodes[i].Output, Uid = Claim($"normalize-{PlanIdentity.Hash(join.Uid)}"),
        });
        int Moved(int column) => column < width ? column : column + all.Count - width;
        return Trim(FromBytes(id, kept), fields);
    }

    /// <summary>Lowers a plan with its key, which may stand below a projection that was not asked for it, behind its columns.</summary>
    private int LowerWithKey(LogicalPlan plan)
    {
        if (plan is not ProjectPlan { Input: not (JoinPlan or TimeJoinPlan) } project
            || facts.Key(LowerWide(project.Input)) is not { } key
            || key.All(k => project.Expressions.Any(e => e is ColumnExpression column && column.Index == k)))
        {
            return Lower(plan);
        }

        int below = LowerWide(project.Input);
        ValueList<SqlField> fields = _nodes[below].Output;
        return Project(
            below, ValueList.From(project.Expressions.Concat(key.Select(k => new ColumnExpression(k, fields[k].Type)))),
            ValueList.From(project.Fields.Concat(key.Select(k => fields[k]))));
    }

    private int LowerSemiJoin(SemiJoinPlan join)
    {
        // Where NULLs of the value matter, all rows that differ in nothing else must meet.
        int keys = join.IsNullAware ? join.LeftKeys.Count - 1 : join.LeftKeys.Count;
        ValueList<int> sides = Meet(
            join.Left, ValueList.From(join.LeftKeys.Take(keys)), join.Right, ValueList.From(join.RightKeys.Take(keys)));
        return Add(
            new SemiJoinNode(join.Kind, join.LeftKeys, join.RightKeys, join.IsNullAware)
            {
                Id = 0, Inputs = sides, Output = join.Fields, Uid = Claim(join.Uid),
            });
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

    /// <summary>Brings the sides of a join to where their keys meet.</summary>
    private ValueList<int> Meet(LogicalPlan left, ValueList<int> leftKeys, LogicalPlan right, ValueList<int> rightKeys)
    {
        int[] sides = [Keyed(Lower(left), leftKeys), Keyed(Lower(right), rightKeys)];
        return ValueList.From(sides.Any(HasExchange) ? sides.Select(Apart) : sides);
    }

    /// <summary>
    /// Lets a node begin a fragment behind this input. With an exchange below, another input may share its source: in one
    /// fragment with it the node would wait for itself.
    /// </summary>
    private int Apart(int input) =>
        _nodes[input] is ExchangeNode ? input : Exchange(input, Partitioning.Forward, default, _parallelism[input]);

    private int Keyed(int input, ValueList<int> keys) =>
        Exchange(input, keys.Count == 0 ? Partitioning.Single : Partitioning.Hash, keys);

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
