using System.Collections.Generic;
using System.Linq;
using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sources;
using ColumnStream.Engine.Storage;
using Xunit;

namespace ColumnStream.Testing.Contracts;

/// <summary>Drives one reader as a task would, on the test's thread, and notes rows, warnings and counters.</summary>
public sealed class SourceRun : IDisposable
{
    private readonly System.Threading.ManualResetEventSlim _woken = new();
    private readonly BufferAllocator _allocator;
    private readonly SqlType[] _types;

    private bool _waitsForTime;

    /// <summary>Makes a reader of <paramref name="table"/>.</summary>
    public SourceRun(
        Connector connector,
        TableSpec table,
        int maxRows = 4096,
        int[]? projection = null,
        TimeProvider? time = null,
        int subtask = 0,
        int parallelism = 1,
        BufferPool? pool = null,
        Func<string, IBucket>? openBucket = null)
    {
        projection ??= [.. Enumerable.Range(0, table.Columns.Count)];
        _types = [.. projection.Select(index => table.Columns[index].Type)];
        _allocator = new BufferAllocator("source", pool ?? new SizeClassPool());
        var context = new SourceContext(
            table,
            ValueList.From(projection),
            _allocator,
            time ?? TimeProvider.System,
            new Random(1),
            subtask,
            parallelism,
            maxRows,
            IsBatch: false)
        {
            Wake = () =>
            {
                Wakes++;
                _woken.Set();
            },
            WakeAfter = delay =>
            {
                Delay = delay;
                _waitsForTime = true;
            },
            OpenBucket = openBucket ?? Buckets.Unknown,
            Count = (name, amount) => Counters[name] = Counters.GetValueOrDefault(name) + amount,
            Warn = Warnings.Add,
        };
        Reader = connector.CreateReader(context);
    }

    /// <summary>Gets the reader.</summary>
    public SourceReader Reader { get; }

    /// <summary>Gets how often the reader asked to be polled.</summary>
    public int Wakes { get; private set; }

    /// <summary>Gets the delay after which the reader last asked to be polled.</summary>
    public TimeSpan? Delay { get; private set; }

    /// <summary>Gets counters by name.</summary>
    public Dictionary<string, long> Counters { get; } = [];

    /// <summary>Gets warnings.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>Gets the sizes of the batches given so far.</summary>
    public List<int> BatchRows { get; } = [];

    /// <summary>Polls once; rows of a batch are appended to <paramref name="rows"/>.</summary>
    public SourcePoll Poll(List<string> rows)
    {
        SourcePoll poll = Reader.Poll(out StreamBatch? batch);
        if (batch is not null)
        {
            BatchRows.Add(batch.Count);
            rows.AddRange(BatchText.Rows(batch, _types));
            batch.Release();
        }

        return poll;
    }

    /// <summary>Polls until the reader is at its end, or waits for time to pass; one that waits for its storage is waited for.</summary>
    public List<string> ReadAll()
    {
        var rows = new List<string>();
        while (true)
        {
            _waitsForTime = false;
            SourcePoll poll = Poll(rows);
            if (poll == SourcePoll.End || (poll == SourcePoll.Idle && _waitsForTime))
            {
                return rows;
            }

            if (poll == SourcePoll.Idle)
            {
                Assert.True(_woken.Wait(TimeSpan.FromSeconds(60)), "A reader that has nothing neither woke its task nor asked for a time.");
                _woken.Reset();
            }
        }
    }

    /// <summary>Closes the reader and checks that it gave back all memory.</summary>
    public void Dispose()
    {
        Reader.Dispose();
        _allocator.Dispose();
        _woken.Dispose();
    }
}
