using System;
using System.Linq;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.State;
using ColumnStream.Tests.Engine.Aggregates;
using Xunit;

namespace ColumnStream.Tests.Engine.Upsert;

// Goal: no −U leaves; one whose +U has the same key goes, another deletes its row. Method: pairs by hand, NULL keys included.
public sealed class UpsertChangesTests
{
    [Fact]
    public void Old_images_go_or_delete()
    {
        using var buffers = new SizeClassPool();
        using var pages = new StatePool();
        using var allocator = new BufferAllocator("test", buffers);
        SqlType[] types = [SqlType.String, SqlType.BigInt];
        var input = new Schema(types.Select((t, i) => new Field($"c{i}", t.ToArrow())).ToArray());
        var node = new UpsertChangesNode([0])
        {
            Id = 1, Output = ValueList.From(types.Select((t, i) => new SqlField($"c{i}", t))), Uid = "u",
        };
        using var cluster = new OperatorCluster(node, input, [1], allocator, pages);
        cluster.Start(1);
        const string Long = "a text that does not fit into a view";
        (RowKind Kind, string? Key, long Value)[] rows =
        [
            (RowKind.Insert, "a", 1), (RowKind.UpdateBefore, "a", 1), (RowKind.UpdateAfter, "a", 2),
            (RowKind.UpdateBefore, "a", 2), (RowKind.UpdateAfter, "b", 2), (RowKind.Delete, "b", 2),
            (RowKind.UpdateBefore, Long, 1), (RowKind.UpdateAfter, Long, 2), (RowKind.UpdateBefore, null, 1),
            (RowKind.UpdateAfter, null, 2), (RowKind.UpdateBefore, null, 3), (RowKind.UpdateAfter, "", 3),
            (RowKind.UpdateBefore, "last", 9),
        ];
        cluster.Process(
            [.. rows.Select(r => new object?[] { r.Key, r.Value })], [.. rows.Select(r => r.Kind)], new Random(2));
        Assert.Equal(
            [
                "+I a|1", "+U a|2", "-D a|2", "+U b|2", "-D b|2", $"+U {Long}|2", "+U NULL|2", "-D NULL|3", "+U |3", "-D last|9",
            ],
            cluster.Log);
    }
}
