using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators;
using ColumnStream.Testing.Contracts;
using ColumnStream.Tests.Engine.Aggregates;
using Xunit;

namespace ColumnStream.Tests.Engine.State;

// Goal: deduplicate and set operations forget what nothing changed for its time to live, to the millisecond, also behind a
// restore, and the sweeper takes it. Method: a clock that the test moves, and rows worked out by hand.
public sealed class RowTtlTests : OperatorTest
{
    private static readonly SqlType[] Types = [SqlType.BigInt, SqlType.BigInt];
    private static readonly Schema Input = new(Types.Select((t, i) => new Field($"c{i}", t.ToArrow())).ToArray());
    private static readonly ValueList<SqlField> Output = ValueList.From(Types.Select((t, i) => new SqlField($"c{i}", t)));

    [Fact]
    public void The_best_row_is_forgotten()
    {
        var node = new RankNode(
            RankFunction.RowNumber, [0], [new SortKey(1, Descending: true, NullsFirst: false)], 1, 1, HasNumber: false)
        {
            Id = 1, Output = Output, Uid = "u", InsertOnlyInput = true, StateTtlMs = 100, Changelog = ChangelogMode.Upsert,
        };
        var clock = new ManualClock();
        using var cluster = new OperatorCluster(node, Input, [0], Allocator, Pages) { Time = clock };
        cluster.Start(2);
        Feed(cluster, 0, [1, 5], [2, 1]);
        Assert.Equal(["+I 1|5", "+I 2|1"], Take(cluster));
        clock.Advance(TimeSpan.FromMilliseconds(99));
        Feed(cluster, 0, [1, 4], [2, 3]);
        Assert.Equal(["+U 2|3"], Take(cluster));
        cluster.Checkpoint(full: true, () => { });
        cluster.Restore(3);
        clock.Advance(TimeSpan.FromMilliseconds(1));

        // Partition 1 changed 100 ms ago, partition 2 one.
        Feed(cluster, 0, [1, 2], [2, 2]);
        Assert.Equal(["+I 1|2"], Take(cluster));
        clock.Advance(TimeSpan.FromMilliseconds(100));
        cluster.Wake(0);
        Assert.Equal(0, cluster.StateRows);
    }

    [Fact]
    public void Rows_of_a_set_operation_are_forgotten()
    {
        var node = new SetOperationNode(SetOperationKind.Except, IsAll: false)
        {
            Id = 1, Inputs = [0, 0], Output = Output, Uid = "u", StateTtlMs = 100, Changelog = ChangelogMode.Retract,
        };
        var clock = new ManualClock();
        using var cluster = new OperatorCluster(node, Input, [0, 1], Allocator, Pages, second: Input, secondKeys: [0, 1]) { Time = clock };
        cluster.Start(1);
        Feed(cluster, 1, [1, 1]);
        Feed(cluster, 0, [1, 1]);
        Assert.Empty(Take(cluster));
        clock.Advance(TimeSpan.FromMilliseconds(100));
        Feed(cluster, 0, [1, 1]);
        Assert.Equal(["+I 1|1"], Take(cluster));
        clock.Advance(TimeSpan.FromMilliseconds(100));
        cluster.Wake(0);
        Assert.Equal(0, cluster.StateRows);
    }

    private static void Feed(OperatorCluster cluster, int side, params long[][] rows) =>
        cluster.Process([.. rows.Select(r => r.Select(v => (object?)v).ToArray())], null, new Random(1), side);

    private static List<string> Take(OperatorCluster cluster)
    {
        List<string> log = [.. cluster.Log.Order(StringComparer.Ordinal)];
        cluster.Log.Clear();
        return log;
    }
}
