using System;
using System.Collections.Generic;
using System.Globalization;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sinks;

namespace ColumnStream.Testing.Contracts;

/// <summary>Drives one sink of a table (id BIGINT, name STRING) as a task would.</summary>
public sealed class SinkRun : IDisposable
{
    private readonly BufferAllocator _allocator = new("sink", new SizeClassPool());

    /// <summary>Makes a sink.</summary>
    public SinkRun(
        Connector connector, TableSpec table, string uid = "sink-1", int subtask = 0, int parallelism = 1,
        Func<SinkContext, SinkContext>? with = null)
    {
        var context = new SinkContext(
            table,
            connector.SinkChangelog(table),
            _allocator,
            TimeProvider.System,
            "job",
            uid,
            subtask,
            parallelism,
            IsBatch: false);
        Instance = connector.CreateSink(with?.Invoke(context) ?? context);
    }

    /// <summary>Gets the sink.</summary>
    public SinkInstance Instance { get; }

    /// <summary>Gets the sink's two-phase form.</summary>
    public TwoPhaseCommittingSink Sink => Instance.TwoPhase!;

    /// <summary>Writes inserts of ids in one batch.</summary>
    public void Write(params long[] ids)
    {
        using var numbers = new FixedWidthBuilder(DataType.Int64, _allocator, ids.Length);
        using var names = new ViewBuilder(DataType.Utf8View, _allocator, ids.Length);
        foreach (long id in ids)
        {
            numbers.Append(id);
            names.Append(System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"n{id}")));
        }

        var schema = new Schema(new Field("id", DataType.Int64), new Field("name", DataType.Utf8View));
        ArrayData[] columns = [numbers.Finish(), names.Finish()];
        Write(new StreamBatch(new RecordBatch(schema, columns, ids.Length)));
    }

    /// <summary>Gets the account that batches are made of.</summary>
    public BufferAllocator Allocator => _allocator;

    /// <summary>Writes a batch, which moves here.</summary>
    public void Write(StreamBatch batch)
    {
        if (Instance.TwoPhase is { } sink)
        {
            sink.Write(batch);
        }
        else
        {
            Instance.Writer!.Write(batch);
        }

        batch.Release();
    }

    /// <summary>Prepares and commits an epoch.</summary>
    public IReadOnlyList<string> Finish(long epoch)
    {
        IReadOnlyList<string> committables = Sink.Prepare(epoch);
        Sink.Commit(epoch, committables);
        return committables;
    }

    /// <summary>Closes the sink and checks that it gave back all memory.</summary>
    public void Dispose()
    {
        Instance.TwoPhase?.Dispose();
        Instance.Writer?.Dispose();
        _allocator.Dispose();
    }
}
