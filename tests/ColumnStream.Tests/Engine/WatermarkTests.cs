using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.State;
using Xunit;

namespace ColumnStream.Tests.Engine;

public sealed class WatermarkTests
{
    private const long DelayMs = 50;

    private static readonly SqlType Rowtime = SqlType.Timestamp(3) with { TimeAttribute = TimeAttribute.Rowtime };

    // Under on-event each row is judged by the rows before it, whatever the batches: the oracle goes row by row.
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    [InlineData(0)]
    public void On_event_judges_every_row_by_the_rows_before_it(int batchRows)
    {
        var random = new Random(11);
        var times = new long?[20_000];
        long now = 1_000_000;
        for (int i = 0; i < times.Length; i++)
        {
            now += random.Next(5);
            times[i] = random.Next(50) == 0 ? null : now - random.Next(random.Next(10) == 0 ? 200 : 40);
        }

        List<bool> expected = [];
        long watermark = Watermark.Min;
        foreach (long? time in times)
        {
            expected.Add(time <= watermark);
            watermark = time is long t ? Math.Max(watermark, t - DelayMs) : watermark;
        }

        var output = new Judge();
        using var pool = new SizeClassPool();
        using var allocator = new BufferAllocator("test", pool);
        using var pages = new StatePool();
        Operator assigner = Open(WatermarkStrategy.OnEvent, allocator, pages);
        for (int i = 0; i < times.Length;)
        {
            int length = Math.Min(times.Length - i, batchRows > 0 ? batchRows : 1 + random.Next(3000));
            assigner.Process(0, Batch(times, i, length, allocator), output);
            i += length;
        }

        Assert.Equal(expected, output.Late);
        Assert.Equal(watermark, output.WatermarkMs);
        Assert.Contains(true, expected);
        Assert.True(batchRows == 1 || output.Batches < times.Length / 2, $"{output.Batches} batches");
        assigner.Dispose();
    }

    // A watermark never falls, also after a restore, and a periodic one rises once a batch.
    [Fact]
    public void A_restored_assigner_goes_on_from_its_watermark()
    {
        using var pool = new SizeClassPool();
        using var allocator = new BufferAllocator("test", pool);
        using var pages = new StatePool();
        Operator first = Open(WatermarkStrategy.OnPeriodic, allocator, pages);
        var output = new Judge();
        first.Process(0, Batch([5000, 9000, 8000], 0, 3, allocator), output);
        Assert.Equal(8950, output.WatermarkMs);
        List<RecordBatch> image = [];
        first.States[0].BeginSnapshot(full: true);
        first.States[0].Gather(10, b => image.Add(b.Retain()));
        first.Dispose();

        Operator second = Open(WatermarkStrategy.OnPeriodic, allocator, pages);
        second.States[0].Restore(new Image(image), new KeyGroupRange(0, 128));
        var after = new Judge();
        second.Process(0, Batch([100], 0, 1, allocator), after);
        Assert.Equal([true], after.Late);
        Assert.Equal(8950, after.WatermarkMs);
        second.Dispose();
    }

    private static Operator Open(WatermarkStrategy strategy, BufferAllocator allocator, StatePool pages)
    {
        BoundExpression delayed = new CallExpression(
            "-",
            [
                new ColumnExpression(0, Rowtime),
                new LiteralExpression($"{DelayMs}", new SqlType(SqlTypeId.IntervalDayTime, Nullable: false)),
            ],
            SqlType.Timestamp(3));
        var node = new WatermarkNode(0, delayed, strategy, 0)
        {
            Id = 1, Inputs = [0], Output = [new SqlField("ts", Rowtime)], Uid = "w",
        };
        Operator assigner = OperatorFactory.Create(node)!;
        assigner.Open(new OperatorContext(
            allocator, pages, new EvaluatorOptions(TimeProvider.System, new Random(1)), [node.OutputSchema()], 0, 1, 128, false));
        return assigner;
    }

    private static StreamBatch Batch(long?[] times, int start, int length, BufferAllocator allocator)
    {
        DataType type = Rowtime.ToArrow();
        using var builder = new FixedWidthBuilder(type, allocator);
        for (int i = start; i < start + length; i++)
        {
            if (times[i] is long time)
            {
                builder.Append(time);
            }
            else
            {
                builder.AppendNull();
            }
        }

        return new StreamBatch(new RecordBatch(new Schema(new Field("ts", type)), [builder.Finish()], length));
    }

    private sealed class Image(List<RecordBatch> batches) : StateSnapshotReader
    {
        public override IEnumerable<RecordBatch> ReadBatches() => batches;
    }

    private sealed class Judge : Collector
    {
        public List<bool> Late { get; } = [];

        public long WatermarkMs { get; private set; } = Watermark.Min;

        public int Batches { get; private set; }

        public override void Emit(StreamBatch batch)
        {
            Batches++;
            var column = (FixedWidthArray)batch.Rows.Columns[0];
            for (int i = 0; i < column.Length; i++)
            {
                Late.Add(!column.IsNull(i) && column.Values<long>()[i] <= WatermarkMs);
            }

            batch.Release();
        }

        public override void EmitWatermark(long watermarkMs)
        {
            Assert.True(watermarkMs > WatermarkMs);
            WatermarkMs = watermarkMs;
        }
    }
}
