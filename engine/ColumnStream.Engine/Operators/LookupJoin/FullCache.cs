using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Lookups;
using ColumnStream.Engine.Sources;

namespace ColumnStream.Engine.Operators.LookupJoin;

/// <summary>Keeps all rows of a table under an index: read by the table's own reader, a batch a step, once or again and again.</summary>
/// <remarks>While it is read again the old rows answer, and a step is made beside each batch, so that no turn waits for the whole.</remarks>
internal sealed class FullCache(LookupJoinNode node, OperatorContext context, LookupRows rows) : IDisposable
{
    private readonly List<RecordBatch> _parts = [];
    private SourceReader? _reader;
    private long _pollAtMs;
    private long _startedMs;
    private long _nextLoadMs;

    /// <summary>Gets the rows, or null before the first load has ended.</summary>
    public LookupIndex? Index { get; private set; }

    /// <summary>Gets when <see cref="Step"/> has something to do.</summary>
    public long NextMs => _reader is not null ? _pollAtMs : Index is null ? 0 : _nextLoadMs;

    /// <summary>Gets whether it has something to do now.</summary>
    public bool CanStep => NextMs <= context.ClockMs();

    /// <summary>Reads a batch; with the last one the new rows take the place of the old.</summary>
    public void Step()
    {
        _reader ??= Open();
        switch (_reader.Poll(out StreamBatch? batch))
        {
            case SourcePoll.Batch:
                StreamBatch compact = batch!.Compact(context.Allocator);
                RecordBatch raw = compact.Rows.Retain();
                compact.Release();
                _parts.Add(rows.Apply(raw, out _));
                break;
            case SourcePoll.End:
                Build();
                break;
            default:
                _pollAtMs = Math.Max(_pollAtMs, context.ClockMs() + 1);
                break;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader?.Dispose();
        Index?.Dispose();
        ReleaseParts();
    }

    private SourceReader Open()
    {
        _startedMs = context.ClockMs();
        _pollAtMs = _startedMs;
        Connector connector = context.Connectors?.Find(node.Table.Connector)
            ?? throw new UserException(3103, $"Connector is not known: {node.Table.Connector}.");
        return connector.CreateReader(new SourceContext(
            node.Table, node.Projection, context.Allocator, context.Evaluation.Time, context.Evaluation.Random,
            Subtask: 0, Parallelism: 1, MaxRows: 4096, IsBatch: true)
        {
            Wake = () => context.Post(() => _pollAtMs = 0),
            WakeAfter = delay => _pollAtMs = context.ClockMs() + Math.Max(1, (long)delay.TotalMilliseconds),
            Count = context.Count,
            Warn = context.Warn,
            Cancellation = context.Cancellation,
            OpenBucket = context.OpenBucket,
        });
    }

    private void Build()
    {
        _reader!.Dispose();
        _reader = null;
        RecordBatch all = _parts.Count == 0 ? rows.Empty() : ArrayConcat.Concat(_parts.ToArray(), context.Allocator);
        ReleaseParts();
        var index = new LookupIndex(all, node.RightKeys.Span, context.Allocator);
        Index?.Dispose();
        Index = index;
        context.Count("cacheLoads", 1);
        bool loadsAgain = node.Options.ReloadMs > 0 && !context.IsBatch;
        long from = node.Options.ReloadsAtRate ? _startedMs : context.ClockMs();
        _nextLoadMs = loadsAgain ? from + node.Options.ReloadMs : long.MaxValue;
    }

    private void ReleaseParts()
    {
        foreach (RecordBatch part in _parts)
        {
            part.Release();
        }

        _parts.Clear();
    }
}
