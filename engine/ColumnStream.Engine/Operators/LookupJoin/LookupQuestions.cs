using System;
using System.Collections.Generic;
using System.Text;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Lookups;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.LookupJoin;

/// <summary>Makes questions of batches: distinct keys, those that a cache does not know; and puts known and found rows together.</summary>
internal sealed unsafe class LookupQuestions : IDisposable
{
    private readonly LookupJoinNode _node;
    private readonly OperatorContext _context;
    private readonly BufferAllocator _allocator;
    private readonly LookupRows _rows;
    private readonly LookupClient _client;
    private readonly PartialCache? _cache;
    private readonly Schema _keySchema;
    private readonly int[] _keyPositions;
    private readonly NativeList<int> _next;
    private readonly NativeList<int> _same;

    public LookupQuestions(LookupJoinNode node, OperatorContext context, LookupRows rows, Action wake)
    {
        _node = node;
        _context = context;
        _allocator = context.Allocator;
        _rows = rows;
        _next = new NativeList<int>(_allocator);
        _same = new NativeList<int>(_allocator);
        ValueList<Field> fields = TimeJoin.JoinKeys.Fields(rows.Schema, node.RightKeys);
        _keySchema = new Schema(fields);
        _keyPositions = new int[fields.Count];
        var columns = new int[fields.Count];
        for (int i = 0; i < _keyPositions.Length; i++)
        {
            _keyPositions[i] = i;
            int right = node.RightKeys[i];
            columns[i] = node.Projection[node.Computed.Count == 0 ? right : ((ColumnExpression)node.Computed[right]).Index];
        }

        var lookup = new LookupContext(
            node.Table, ValueList.Create<int>(columns), node.Projection, _allocator, context.Evaluation.Time,
            context.Evaluation.Random)
        {
            Worker = context.Worker,
            Count = context.Count,
            Warn = context.Warn,
            Cancellation = context.Cancellation,
            OpenBucket = context.OpenBucket,
        };
        Connector connector = context.Connectors?.Find(node.Table.Connector)
            ?? throw new UserException(3103, $"Connector is not known: {node.Table.Connector}.");
        _client = new LookupClient(connector.CreateLookup(lookup), node.Policy, lookup, KeyText, context.ClockMs, wake);
        _cache = node.Options.Cache == LookupCache.Partial ? new PartialCache(node.Options, fields, rows.Schema, context) : null;
    }

    /// <summary>Gets whether rows must wait before they are asked for.</summary>
    public bool IsFull => _client.IsFull;

    /// <summary>Gets when <see cref="Collect"/> must be called though nothing was answered.</summary>
    public long NextMs => _client.NextMs;

    /// <summary>Asks for what is not known of a batch, which moves here; unordered, rows whose keys are known wait for nobody.</summary>
    public IReadOnlyList<WaitingLookup> Ask(StreamBatch batch)
    {
        int count = batch.Count;
        int[] keyOf = KeysOf(batch.Rows, out RecordBatch keys);
        int[] starts = new int[keys.Length];
        int[] counts = new int[keys.Length];
        Array.Fill(starts, -1);
        RecordBatch? known = _cache?.Find(keys, _context.ClockMs(), starts, counts);
        var missing = new List<int>();
        for (int i = 0; i < starts.Length; i++)
        {
            if (starts[i] < 0)
            {
                starts[i] = -1 - missing.Count;
                missing.Add(i);
            }
        }

        if (_cache is not null)
        {
            _context.Count("cacheHits", keys.Length - missing.Count);
            _context.Count("cacheMisses", missing.Count);
        }

        LookupRequest? request = null;
        if (missing.Count > 0)
        {
            request = _client.Begin(
                missing.Count == keys.Length ? keys.Retain() : TakeKernel.Take(keys, missing.ToArray(), _allocator));
        }

        keys.Release();
        WaitingLookup Make(StreamBatch rows, int[] ofKey, RecordBatch? found, LookupRequest? asked) => new()
        {
            Batch = rows, KeyOf = ofKey, Starts = starts, Counts = counts, Known = found, Request = asked,
        };
        if (_node.IsOrdered || request is null || missing.Count == starts.Length || request.IsDone)
        {
            WaitingLookup all = Make(batch, keyOf, known, request);
            Take(all);
            return [all];
        }

        var now = new List<int>(count);
        var later = new List<int>(count);
        for (int i = 0; i < count; i++)
        {
            (keyOf[i] < 0 || starts[keyOf[i]] >= 0 ? now : later).Add(i);
        }

        StreamBatch ready = Part(batch, now);
        StreamBatch waiting = Part(batch, later);
        batch.Release();
        return
        [
            Make(ready, now.ConvertAll(i => keyOf[i]).ToArray(), known, null),
            Make(waiting, later.ConvertAll(i => keyOf[i]).ToArray(), null, request),
        ];
    }

    /// <summary>Takes the answers that came.</summary>
    public void Collect(List<WaitingLookup> queue)
    {
        _client.Collect();
        foreach (WaitingLookup waiting in queue)
        {
            Take(waiting);
        }
    }

    /// <summary>Gives rows and what was found for them to the output, which takes the rows over.</summary>
    public void Answer(WaitingLookup waiting, LookupOutput output, NativeList<int> first)
    {
        StreamBatch batch = waiting.Batch!;
        waiting.Batch = null;
        RecordBatch? asked = waiting.Request?.Rows;
        int known = waiting.Known?.Length ?? 0;
        RecordBatch rows = (waiting.Known, asked) switch
        {
            (null, null) => _rows.Empty(),
            ({ } one, null) => one.Retain(),
            (null, { } other) => other.Retain(),
            ({ } one, { } other) => ArrayConcat.Concat([one, other], _allocator),
        };
        int[] firstOf = new int[waiting.Starts.Length];
        int* next = null;
        for (int i = 0; i < firstOf.Length; i++)
        {
            bool isKnown = waiting.Starts[i] >= 0;
            int place = -1 - waiting.Starts[i];
            int start = isKnown ? waiting.Starts[i] : waiting.Request is null ? 0 : known + waiting.Request.Starts[place];
            int count = isKnown ? (waiting.Known is null ? 0 : waiting.Counts[i])
                : waiting.Request is null ? 0 : known + waiting.Request.Starts[place + 1] - start;
            firstOf[i] = count == 0 ? -1 : start;
            if (count > 1 && next is null)
            {
                next = _next.Reserve(rows.Length);
                new Span<int>(next, rows.Length).Fill(-1);
            }

            for (int row = start; row < start + count - 1; row++)
            {
                next![row] = row + 1;
            }
        }

        int* target = first.Reserve(Math.Max(1, batch.Count));
        for (int i = 0; i < batch.Count; i++)
        {
            target[i] = waiting.KeyOf[i] < 0 ? -1 : firstOf[waiting.KeyOf[i]];
        }

        output.Begin(batch, rows, target, next);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _client.Dispose();
        _cache?.Dispose();
        _next.Dispose();
        _same.Dispose();
    }

    private void Take(WaitingLookup waiting)
    {
        if (waiting.Request is not { IsDone: true } request || waiting.IsTaken)
        {
            return;
        }

        waiting.IsTaken = true;
        request.Finish(_rows, _allocator);
        _cache?.Add(request, _context.ClockMs());
    }

    /// <summary>Returns the number of each row's key among the distinct ones, or −1 where it has a NULL.</summary>
    private int[] KeysOf(RecordBatch rows, out RecordBatch keys)
    {
        var columns = new ArrayData[_keyPositions.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            int left = _node.LeftKeys[i];
            columns[i] = left < 0 ? Constant(rows, left) : rows.Columns[left].Retain();
        }

        int count = rows.Length;
        int[] numbers = new int[count];
        var distinct = new List<int>();
        using var index = new LookupIndex(new RecordBatch(_keySchema, columns, count), _keyPositions, _allocator);
        int* same = _same.Reserve(Math.Max(1, count));
        index.Find(columns, count, new Span<int>(same, count));
        for (int i = 0; i < count; i++)
        {
            if (same[i] == i)
            {
                numbers[i] = distinct.Count;
                distinct.Add(i);
            }
            else
            {
                numbers[i] = same[i] < 0 ? -1 : numbers[same[i]];
            }
        }

        keys = TakeKernel.Take(index.Rows, distinct.ToArray(), _allocator);
        return numbers;
    }

    private ArrayData Constant(RecordBatch rows, int key)
    {
        var results = new ArrayData[1];
        using var evaluator = new Evaluator(
            [_node.Constants[-1 - key]], _context.Inputs[0], _allocator, _context.Evaluation);
        evaluator.Evaluate(rows, null, results);
        return results[0];
    }

    private StreamBatch Part(StreamBatch batch, List<int> rows)
    {
        NativeBuffer? kinds = null;
        if (batch.Kinds is not null)
        {
            kinds = _allocator.Allocate(rows.Count);
            for (int i = 0; i < rows.Count; i++)
            {
                kinds.Pointer[i] = (byte)batch.Kinds[rows[i]];
            }
        }

        return new StreamBatch(TakeKernel.Take(batch.Rows, rows.ToArray(), _allocator), kinds);
    }

    /// <summary>Prints a key for messages: <c>id = 5, type = a</c>.</summary>
    private string KeyText(RecordBatch keys, int row)
    {
        var text = new StringBuilder("key ");
        var columns = new ArrayData[1];
        for (int i = 0; i < _keyPositions.Length; i++)
        {
            SqlField field = _node.Right[_node.RightKeys[i]];
            var value = new CastExpression(new ColumnExpression(i, field.Type), SqlType.String.WithNullable(field.Type.Nullable));
            using var evaluator = new Evaluator([value], _keySchema, _allocator, _context.Evaluation);
            evaluator.Evaluate(keys, null, columns);
            string shown = columns[0] is ViewArray view ? Encoding.UTF8.GetString(view.GetBytes(row)) : "?";
            columns[0].Release();
            text.Append(i == 0 ? string.Empty : ", ").Append(field.Name).Append(" = ").Append(shown);
        }

        return text.ToString();
    }
}
