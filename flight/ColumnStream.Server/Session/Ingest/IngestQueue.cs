using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Engine.Sources;

namespace ColumnStream.Server.Session.Ingest;

/// <summary>Holds a few batches between a client that sends them and the job that writes them; what is left is released at the end.</summary>
internal sealed class IngestQueue : IDisposable
{
    private const int MostBatches = 16;
    private readonly Lock _gate = new();
    private readonly Queue<RecordBatch> _batches = new();
    private TaskCompletionSource _room = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Action _wake = static () => { };
    private bool _isComplete;
    private bool _isClosed;

    /// <summary>Adds a batch, which is the queue's then, once there is room.</summary>
    public async Task AddAsync(RecordBatch batch, CancellationToken cancellation)
    {
        while (true)
        {
            Task wait;
            lock (_gate)
            {
                if (_isClosed)
                {
                    batch.Release();
                    return;
                }

                if (_batches.Count < MostBatches)
                {
                    _batches.Enqueue(batch);
                    _wake();
                    return;
                }

                wait = _room.Task;
            }

            try
            {
                await wait.WaitAsync(cancellation);
            }
            catch
            {
                batch.Release();
                throw;
            }
        }
    }

    /// <summary>Says that no more come.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _isComplete = true;
            _wake();
        }
    }

    /// <summary>Takes the next batch, which is the caller's then.</summary>
    public SourcePoll Take(Action wake, out RecordBatch? batch)
    {
        lock (_gate)
        {
            _wake = wake;
            if (_batches.TryDequeue(out batch))
            {
                MakeRoom();
                return SourcePoll.Batch;
            }

            return _isComplete || _isClosed ? SourcePoll.End : SourcePoll.Idle;
        }
    }

    /// <summary>Takes no more: whoever waits for room goes on.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
            while (_batches.TryDequeue(out RecordBatch? left))
            {
                left.Release();
            }

            MakeRoom();
        }
    }

    private void MakeRoom()
    {
        _room.TrySetResult();
        _room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
