using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Planner.Statements;

namespace ColumnStream.Server.Results;

/// <summary>Holds a few batches of a SELECT between its job and the client that reads them.</summary>
/// <remarks>
/// Batches move through without a copy. When the client is slower than the job, the queue is full and the tasks stop in front of it, so
/// that back-pressure reaches the sources; no thread waits. One reader at a time; everything else from any thread.
/// </remarks>
internal sealed class BatchQueue : ResultReceiver
{
    /// <summary>The batches from which on the queue is full.</summary>
    public const int MostBatches = 32;

    /// <summary>The bytes, of all buffers that the batches keep alive, from which on the queue is full.</summary>
    public const long MostBytes = 8 << 20;

    private readonly Lock _gate = new();
    private readonly Queue<(RecordBatch Batch, long Bytes)> _batches = new();
    private readonly List<Action> _wakes = [];
    private readonly BufferAllocator _allocator;
    private readonly bool _withOp;
    private TaskCompletionSource? _reader;
    private Exception? _failure;
    private long _bytes;
    private bool _isComplete;
    private bool _isAbandoned;
    private volatile bool _isFull;

    /// <summary>Makes an empty queue.</summary>
    /// <param name="query">The result's columns.</param>
    /// <param name="withOp">Whether the kind of each row stands in a first column.</param>
    /// <param name="allocator">Pays for that column.</param>
    public BatchQueue(QueryResult query, bool withOp, BufferAllocator allocator)
    {
        _withOp = withOp;
        _allocator = allocator;
        Schema = SchemaOf(withOp ? [ChangelogMarks.Column, .. query.Columns] : query.Columns);
    }

    /// <summary>Gets the schema of all batches: text as views, as operators make it.</summary>
    public Schema Schema { get; }

    /// <summary>Gets the batches that wait.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _batches.Count;
            }
        }
    }

    /// <inheritdoc/>
    public override bool IsFull => _isFull;

    /// <summary>Makes the schema of columns, each with its SQL type beside it.</summary>
    public static Schema SchemaOf(ValueList<SqlField> columns)
    {
        var fields = new Field[columns.Count];
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = new Field(columns[i].Name, columns[i].Type.ToArrow(), columns[i].Type.Nullable)
            {
                Metadata = ColumnMetadata.Of(columns[i].Type),
            };
        }

        return new Schema(fields);
    }

    /// <inheritdoc/>
    public override void OnRoom(Action wake)
    {
        lock (_gate)
        {
            _wakes.Add(wake);
        }
    }

    /// <inheritdoc/>
    public override void Receive(StreamBatch batch)
    {
        Rows += batch.Count;
        if (batch.Count > 0)
        {
            Add(_withOp ? ChangelogMarks.Mark(batch, Schema, _allocator) : Plain(batch));
        }
    }

    /// <inheritdoc/>
    public override void Complete()
    {
        lock (_gate)
        {
            _isComplete = true;
            Release(ref _reader);
        }
    }

    /// <summary>Lets the reader fail behind the batches that came before.</summary>
    public void Fail(Exception failure)
    {
        lock (_gate)
        {
            _failure ??= failure;
            Release(ref _reader);
        }
    }

    /// <summary>Drops what waits and all that comes: nobody reads any more, and no task may wait for it.</summary>
    public void Abandon()
    {
        lock (_gate)
        {
            _isAbandoned = true;
            _isComplete = true;
            while (_batches.TryDequeue(out (RecordBatch Batch, long Bytes) dropped))
            {
                dropped.Batch.Release();
            }

            _bytes = 0;
            Release(ref _reader);
        }

        MakeRoom();
    }

    /// <summary>Takes the next batch, which is the caller's then; null behind the last one.</summary>
    /// <exception cref="Engine.Errors.ColumnStreamException">The job failed.</exception>
    public async ValueTask<RecordBatch?> ReadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Task wait;
            bool hasRoom = false;
            RecordBatch? taken = null;
            lock (_gate)
            {
                if (_batches.TryDequeue(out (RecordBatch Batch, long Bytes) next))
                {
                    _bytes -= next.Bytes;
                    taken = next.Batch;
                    hasRoom = _isFull && _batches.Count <= MostBatches / 2 && _bytes <= MostBytes / 2;
                    wait = Task.CompletedTask;
                }
                else if (_failure is not null)
                {
                    throw _failure;
                }
                else if (_isComplete)
                {
                    return null;
                }
                else
                {
                    _reader ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    wait = _reader.Task;
                }
            }

            if (hasRoom)
            {
                MakeRoom();
            }

            if (taken is not null)
            {
                return taken;
            }

            await wait.WaitAsync(cancellation);
        }
    }

    /// <inheritdoc/>
    public override void Dispose() => Abandon();

    private static void Release(ref TaskCompletionSource? waiting)
    {
        waiting?.TrySetResult();
        waiting = null;
    }

    private RecordBatch Plain(StreamBatch batch)
    {
        StreamBatch rows = batch.Share(_allocator).Compact(_allocator);
        var columns = new ArrayData[rows.Rows.Columns.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = rows.Rows.Columns[i].Retain();
        }

        var plain = new RecordBatch(Schema, columns, rows.Rows.Length);
        rows.Release();
        return plain;
    }

    private void Add(RecordBatch batch)
    {
        lock (_gate)
        {
            if (_isAbandoned)
            {
                batch.Release();
                return;
            }

            long bytes = batch.PinnedBytes;
            _batches.Enqueue((batch, bytes));
            _bytes += bytes;

            // Only who wakes the tasks that wait says that there is room: a task that was past its look adds below the limit too.
            _isFull |= _batches.Count >= MostBatches || _bytes >= MostBytes;
            Release(ref _reader);
        }
    }

    private void MakeRoom()
    {
        Action[] wakes;
        lock (_gate)
        {
            _isFull = false;
            wakes = [.. _wakes];
        }

        foreach (Action wake in wakes)
        {
            wake();
        }
    }
}
