using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Lookups;
using ColumnStream.Engine.Operators;
using ColumnStream.Planner.Changelogs;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner;

/// <summary>Makes the nodes of lookup joins.</summary>
internal static class LookupLowering
{
    /// <summary>Makes the node of a join over a lowered input.</summary>
    /// <param name="join">The join.</param>
    /// <param name="input">The lowered left side.</param>
    /// <param name="fields">The columns that come out.</param>
    /// <param name="columns">Which of the join's columns those are; none means all.</param>
    /// <param name="partition">The input's columns that decide where a row belongs; none where that does not matter.</param>
    /// <param name="facts">What is known of the input.</param>
    /// <param name="uid">The uid of the state.</param>
    public static LookupJoinNode Node(
        TimeJoinPlan join, int input, ValueList<SqlField> fields, ValueList<int> columns, ValueList<int> partition,
        ChangelogFacts facts, string uid)
    {
        LookupSource source = LookupSource.Of(join.Right)
            ?? throw new InvariantException(9001, $"Plan cannot be looked up: {join.Right.GetType().Name}.");
        LookupSettings settings = join.Lookup!;
        var leftKeys = new List<int>(join.LeftKeys);
        var rightKeys = new List<int>(join.RightKeys);
        var constants = new List<LiteralExpression>();
        var right = new List<BoundExpression>(source.Columns);
        var names = new List<SqlField>(join.Right.Fields);
        if (settings.Options.Cache != LookupCache.Full)
        {
            AddConstants(source, facts, leftKeys, rightKeys, constants, right, names);
        }

        var read = new SortedSet<int>();
        right.ForEach(e => ExpressionTree.CollectColumns(e, read));
        if (source.Filter is not null)
        {
            ExpressionTree.CollectColumns(source.Filter, read);
        }

        if (read.Count == 0)
        {
            read.Add(0);
        }

        int[] projection = [.. read];
        BoundExpression Place(BoundExpression expression) =>
            ExpressionTree.Remap(expression, c => System.Array.IndexOf(projection, c));
        BoundExpression[] computed = [.. right.Select(Place)];
        bool isPlain = computed.Length == projection.Length
            && computed.Select((e, i) => e is ColumnExpression column && column.Index == i).All(same => same);
        int[] keyColumns = [.. rightKeys.Select(k => right[k]).OfType<ColumnExpression>().Select(c => c.Index)];
        ValueList<int> primary = source.Spec.PrimaryKey;
        return new LookupJoinNode(
            join.Type, source.Spec, ValueList.Create<int>(projection), ValueList.From(leftKeys), ValueList.From(rightKeys),
            join.Residual)
        {
            Id = 0, Inputs = [input], Output = fields, Uid = uid,
            Right = ValueList.From(names.Select((f, i) => f with { Type = right[i].Type.Materialized() })),
            Computed = isPlain ? default : ValueList.Create<BoundExpression>(computed),
            Constants = ValueList.From(constants),
            Filter = source.Filter is null ? null : Place(source.Filter),
            Columns = columns,
            Options = settings.Options,
            Policy = settings.Policy,
            IsOrdered = settings.IsOrdered || facts.Updates(input),
            IsUnique = primary.Count > 0 && primary.All(keyColumns.Contains),
            Partition = partition,
            GivesUpserts = facts.Demands.KeepsLookups(uid),
        };
    }

    /// <summary>Lets a question name columns too that are constant, where the table cannot be asked without them or by nothing else.</summary>
    private static void AddConstants(
        LookupSource source, ChangelogFacts facts, List<int> leftKeys, List<int> rightKeys, List<LiteralExpression> constants,
        List<BoundExpression> right, List<SqlField> names)
    {
        int[] given = [.. rightKeys.Select(k => right[k]).OfType<ColumnExpression>().Select(c => c.Index)];
        Dictionary<int, LiteralExpression> known = source.Constants();
        ValueList<ValueList<int>> sets = facts.Connectors.Find(source.Spec.Connector)?.Lookup(source.Spec)?.Keys ?? default;
        IEnumerable<int> wanted = sets.Count == 0 ? (given.Length == 0 ? known.Keys : [])
            : sets.FirstOrDefault(set => set.All(c => given.Contains(c) || known.ContainsKey(c)));
        foreach (int column in wanted.Where(c => !given.Contains(c)))
        {
            int at = right.FindIndex(e => e is ColumnExpression own && own.Index == column);
            if (at < 0)
            {
                at = right.Count;
                right.Add(new ColumnExpression(column, source.Spec.Columns[column].Type));
                names.Add(source.Spec.Columns[column]);
            }

            // A negative column is a constant.
            leftKeys.Add(-1 - constants.Count);
            rightKeys.Add(at);
            constants.Add(known[column]);
        }
    }
}
