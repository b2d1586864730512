using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Lookups;
using ColumnStream.Engine.Sources;

namespace ColumnStream.Connectors.Files;

/// <summary>Answers by an index over the files as they are now: they are read again when names, sizes or times of change differ.</summary>
/// <remarks>All of it runs on the worker, one request after the other.</remarks>
internal sealed class FileLookupTable(LookupContext context, FileTableOptions options) : LookupTable
{
    private readonly Lock _gate = new();
    private readonly FileStore _store = FileStore.Of(options, context.OpenBucket);
    private readonly int[] _keys = PositionsOf(context);
    private LookupIndex? _index;
    private string? _seen;
    private bool _isClosed;

    /// <inheritdoc/>
    public override int MaxKeys => 4096;

    /// <inheritdoc/>
    public override int MaxRequests => 1;

    /// <inheritdoc/>
    public override async ValueTask<LookupAnswer> LookupAsync(RecordBatch keys, CancellationToken cancellation)
    {
        LookupAnswer? answer = null;
        await context.Worker.RunAsync(() => answer = Answer(keys, cancellation));
        return answer!;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // A request that is under way is waited for: it looks at its cancellation between two batches.
        lock (_gate)
        {
            _isClosed = true;
            Drop();
        }
    }

    private static int[] PositionsOf(LookupContext context)
    {
        var positions = new int[context.Keys.Count];
        for (int i = 0; i < positions.Length; i++)
        {
            positions[i] = context.Projection.Span.IndexOf(context.Keys[i]);
        }

        return positions;
    }

    private LookupAnswer Answer(RecordBatch keys, CancellationToken cancellation)
    {
        lock (_gate)
        {
            cancellation.ThrowIfCancellationRequested();
            ObjectDisposedException.ThrowIf(_isClosed, this);
            string now = Fingerprint();
            if (now != _seen)
            {
                Load(cancellation);
                _seen = now;
            }

            return Find(keys);
        }
    }

    private unsafe LookupAnswer Find(RecordBatch keys)
    {
        if (_index is null)
        {
            return new LookupAnswer(LookupAnswer.NoRows(context), []);
        }

        int[] first = new int[keys.Length];
        _index.Find(keys.Columns, keys.Length, first);
        var rows = new List<int>();
        var keyOf = new List<int>();
        for (int i = 0; i < first.Length; i++)
        {
            for (int row = first[i]; row >= 0; row = _index.Next is null ? -1 : _index.Next[row])
            {
                rows.Add(row);
                keyOf.Add(i);
            }
        }

        RecordBatch found = TakeKernel.Take(_index.Rows, rows.ToArray(), context.Allocator);
        return new LookupAnswer(found, keyOf.ToArray());
    }

    /// <summary>Names every file with its size and time of change.</summary>
    private string Fingerprint()
    {
        List<FileName> files = _store.List(options.Path, options.Pattern) ?? [];
        var text = new StringBuilder();
        foreach (FileName file in files)
        {
            text.Append(CultureInfo.InvariantCulture, $"{file.Name}|{file.Bytes}|{file.Modified.Ticks}\n");
        }

        return text.ToString();
    }

    private void Load(CancellationToken cancellation)
    {
        var parts = new List<RecordBatch>();
        try
        {
            using var more = new ManualResetEventSlim();
            using var reader = new FileSource(
                new SourceContext(
                    context.Table, context.Projection, context.Allocator, context.Time, context.Random, Subtask: 0,
                    Parallelism: 1, MaxRows: 4096, IsBatch: true)
                {
                    Count = context.Count, Warn = context.Warn, Cancellation = cancellation,
                    OpenBucket = context.OpenBucket, Wake = more.Set,
                },
                options);
            SourcePoll poll;
            while ((poll = reader.Poll(out StreamBatch? batch)) != SourcePoll.End)
            {
                cancellation.ThrowIfCancellationRequested();
                if (poll == SourcePoll.Idle)
                {
                    more.Wait(cancellation);
                    more.Reset();
                    continue;
                }

                StreamBatch compact = batch!.Compact(context.Allocator);
                parts.Add(compact.Rows.Retain());
                compact.Release();
            }

            Drop();
            _index = parts.Count == 0 ? null
                : new LookupIndex(ArrayConcat.Concat(parts.ToArray(), context.Allocator), _keys, context.Allocator);
        }
        finally
        {
            parts.ForEach(static part => part.Release());
        }
    }

    private void Drop()
    {
        _index?.Dispose();
        _index = null;
    }
}
