using System.Collections.Generic;
using System.Globalization;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Testing.Jobs;

/// <summary>Makes the job of tests: log → raw sink, and log → hash exchange → fold → second sink.</summary>
public static class MemoryJob
{
    private static readonly ValueList<SqlField> LogColumns =
        [new("key", SqlType.BigInt), new("split", SqlType.BigInt), new("value", SqlType.BigInt)];

    private static readonly ValueList<SqlField> FoldColumns =
        [new("key", SqlType.BigInt), new("split", SqlType.BigInt), new("count", SqlType.BigInt), new("chain", SqlType.BigInt)];

    /// <summary>Makes the graph.</summary>
    public static JobGraph Graph(int readers, int folders)
    {
        PhysicalNode[] nodes =
        [
            new SourceNode(Table("log", LogColumns), [0, 1, 2]) { Id = 0, Uid = "source", Output = LogColumns },
            new SinkNode(Table("raw", LogColumns)) { Id = 1, Uid = "raw", Inputs = [0], Output = LogColumns },
            new ExchangeNode(Partitioning.Hash, [0]) { Id = 2, Uid = "exchange", Inputs = [0], Output = LogColumns },
            new FoldNode { Id = 3, Uid = "fold", Inputs = [2], Output = FoldColumns, Changelog = ChangelogMode.Retract },
            new SinkNode(Table("folded", FoldColumns)) { Id = 4, Uid = "folded", Inputs = [3], Output = FoldColumns },
        ];
        return new JobGraph(
            new PhysicalPlan(ValueList.Create<PhysicalNode>(nodes)),
            [new Fragment(0, [0, 1], readers), new Fragment(1, [3, 4], folders)],
            [new FragmentEdge(2, 0, 1)]);
    }

    /// <summary>Makes the graph of one chain: log → union with itself twice → fold and raw sink.</summary>
    public static JobGraph SingleChain()
    {
        PhysicalNode[] nodes =
        [
            new SourceNode(Table("log", LogColumns), [0, 1, 2]) { Id = 0, Uid = "source", Output = LogColumns },
            new UnionNode { Id = 1, Uid = "union", Inputs = [0], Output = LogColumns },
            new SinkNode(Table("raw", LogColumns)) { Id = 2, Uid = "raw", Inputs = [1], Output = LogColumns },
            new FoldNode { Id = 3, Uid = "fold", Inputs = [1], Output = FoldColumns, Changelog = ChangelogMode.Retract },
            new SinkNode(Table("folded", FoldColumns)) { Id = 4, Uid = "folded", Inputs = [3], Output = FoldColumns },
        ];
        return new JobGraph(
            new PhysicalPlan(ValueList.Create<PhysicalNode>(nodes)), [new Fragment(0, [0, 1, 2, 3, 4], 1)], []);
    }

    /// <summary>Compares what is visible with what the log says; returns null, or what is wrong.</summary>
    public static string? Difference(MemoryLog log, MemoryLedger ledger)
    {
        var raw = new List<string>();
        var folded = new Dictionary<string, int>();
        for (int s = 0; s < log.Splits.Count; s++)
        {
            var chains = new SortedDictionary<long, (long Count, long Chain)>();
            foreach ((long key, long value) in log.Splits[s])
            {
                raw.Add(string.Create(CultureInfo.InvariantCulture, $"{key}\t{s}\t{value}"));
                (long count, long chain) = chains.GetValueOrDefault(key);
                chains[key] = (count + 1, FoldNode.Fold(chain, value));
            }

            foreach ((long key, (long count, long chain)) in chains)
            {
                folded.Add(string.Create(CultureInfo.InvariantCulture, $"{key}\t{s}\t{count}\t{chain}"), 1);
            }
        }

        return DifferenceOfRaw(raw, ledger) ?? DifferenceOfFolded(folded, ledger);
    }

    private static string? DifferenceOfRaw(List<string> expected, MemoryLedger ledger)
    {
        var actual = new List<string>();
        foreach ((_, string row) in ledger.Rows.GetValueOrDefault("raw", []))
        {
            actual.Add(row);
        }

        expected.Sort(System.StringComparer.Ordinal);
        actual.Sort(System.StringComparer.Ordinal);
        for (int i = 0; i < expected.Count || i < actual.Count; i++)
        {
            if (i >= expected.Count || i >= actual.Count || expected[i] != actual[i])
            {
                return $"raw: {actual.Count} rows instead of {expected.Count}; first difference at {i}: "
                    + $"'{(i < actual.Count ? actual[i] : "-")}' instead of '{(i < expected.Count ? expected[i] : "-")}'";
            }
        }

        return null;
    }

    private static string? DifferenceOfFolded(Dictionary<string, int> expected, MemoryLedger ledger)
    {
        var actual = new Dictionary<string, int>();
        foreach ((RowKind kind, string row) in ledger.Rows.GetValueOrDefault("folded", []))
        {
            int sign = kind is RowKind.Insert or RowKind.UpdateAfter ? 1 : -1;
            actual[row] = actual.GetValueOrDefault(row) + sign;
            if (actual[row] == 0)
            {
                actual.Remove(row);
            }
        }

        foreach ((string row, int count) in actual)
        {
            if (count != 1 || !expected.ContainsKey(row))
            {
                return $"folded: {count} times '{row}'";
            }
        }

        return actual.Count == expected.Count ? null : $"folded: {actual.Count} rows instead of {expected.Count}";
    }

    private static TableSpec Table(string name, ValueList<SqlField> columns) =>
        new(name, "memory", columns, [], [], [], "test");
}
