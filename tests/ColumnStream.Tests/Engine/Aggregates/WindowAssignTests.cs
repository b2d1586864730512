using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.State;
using ColumnStream.Testing.Reference;
using Xunit;

namespace ColumnStream.Tests.Engine.Aggregates;

// Goal: each row leaves once a window that holds it. Method: windows computed row by row; chunks are checked by the sink.
public sealed class WindowAssignTests : IDisposable
{
    private readonly SizeClassPool _buffers = new();
    private readonly StatePool _pages = new();
    private readonly BufferAllocator _allocator;

    public WindowAssignTests() => _allocator = new BufferAllocator("test", _buffers);

    public void Dispose()
    {
        _allocator.Dispose();
        _pages.Dispose();
        _buffers.Dispose();
    }

    [Theory]
    [InlineData(WindowKind.Tumble, 1000, 1000, 0)]
    [InlineData(WindowKind.Hop, 3000, 1000, 250)]
    [InlineData(WindowKind.Hop, 2500, 1000, 0)]
    [InlineData(WindowKind.Cumulate, 4000, 1000, 500)]
    public void Each_row_is_repeated_once_a_window(WindowKind kind, long size, long slide, long offset)
    {
        var spec = new WindowSpec(kind, 1, size, slide, offset);
        SqlField[] fields = [new("v", SqlType.BigInt), new("t", SqlType.Timestamp(6))];
        SqlField[] output = [.. fields, new("window_start", SqlType.Timestamp(3)), new("window_end", SqlType.Timestamp(3)), new("window_time", SqlType.Timestamp(6))];
        var node = new WindowAssignNode(spec) { Id = 1, Output = ValueList.Create<SqlField>(output), Uid = "u" };
        var random = new Random(5);
        List<object?[]> rows = [.. Enumerable.Range(0, 3000).Select(i => new object?[] { (long)i, random.NextInt64(-9_000_000, 50_000_000) })];
        var input = new Schema(fields.Select(f => new Field(f.Name, f.Type.ToArrow())).ToArray());
        using var cluster = new OperatorCluster(node, input, [0], _allocator, _pages);
        cluster.Start(1);
        cluster.Process(rows, null, random);
        IEnumerable<string> expected = rows.SelectMany(row => WindowAggregateTests
            .WindowsOf(spec, (long)Math.Floor((long)row[1]! / 1000.0))
            .Select(w => BoxedRows.Print([row[0], row[1], w.Start, w.End, (w.End - 1) * 1000])));
        Assert.Equal(expected.Order(StringComparer.Ordinal), cluster.Output.Keys.Order(StringComparer.Ordinal));
    }
}
