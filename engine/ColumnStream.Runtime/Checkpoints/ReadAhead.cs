using System;
using System.Collections.Generic;
using System.Runtime.ExceptionServices;
using System.Threading;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.State;

namespace ColumnStream.Runtime.Checkpoints;

/// <summary>Reads, checks and decodes snapshots on the executor for files while the task puts earlier rows into its tables.</summary>
/// <remarks>
/// <code>
/// helper   ready is not full, nobody reads -> reads one batch -> ready, and again
/// task     takes a ready one | nobody reads: reads it itself | waits for who reads, who waits for nobody
/// </code>
/// So nothing depends on a turn of the helper: on one thread, as in a simulation, the task reads everything. A second helper makes
/// pages ready for the rows.
/// </remarks>
/// <param name="files">Reads; one thread at a time.</param>
/// <param name="helpers">Give turns on the executor for files.</param>
/// <param name="allocator">Pays for batches.</param>
internal sealed class ReadAhead(StateSnapshotReader files, ReadHelpers helpers, BufferAllocator allocator) : StateSnapshotReader
{
    private const long MostBytes = 32 << 20;
    private const long ReadyPageBytes = 64 << 20;

    /// <inheritdoc/>
    public override IEnumerable<RecordBatch> ReadBatches()
    {
        using var queue = new ReadQueue(files.ReadBatches().GetEnumerator(), helpers, allocator);
        while (queue.Take() is { } batch)
        {
            yield return batch;
        }
    }

    /// <summary>Is one walk over the batches.</summary>
    private sealed class ReadQueue : IDisposable
    {
        private readonly object _gate = new();
        private readonly Queue<RecordBatch> _ready = [];
        private readonly IEnumerator<RecordBatch> _batches;
        private readonly ReadHelpers _helpers;
        private readonly BufferAllocator _allocator;
        private ExceptionDispatchInfo? _failure;
        private long _readyBytes;
        private bool _reads;
        private bool _isPosted;
        private bool _preparesPages;
        private bool _isOver;

        public ReadQueue(IEnumerator<RecordBatch> batches, ReadHelpers helpers, BufferAllocator allocator)
        {
            _batches = batches;
            _helpers = helpers;
            _allocator = allocator;
            lock (_gate)
            {
                Ask();
            }
        }

        /// <summary>Returns the next batch, which belongs to the caller; null at the end.</summary>
        public RecordBatch? Take()
        {
            while (true)
            {
                lock (_gate)
                {
                    while (_reads && _ready.Count == 0)
                    {
                        Monitor.Wait(_gate);
                    }

                    if (_ready.TryDequeue(out RecordBatch? ready))
                    {
                        _readyBytes -= ready.PinnedBytes;
                        Ask();
                        return ready;
                    }

                    _failure?.Throw();
                    if (_isOver)
                    {
                        return null;
                    }

                    _reads = true;
                }

                Read();
            }
        }

        public void Dispose()
        {
            lock (_gate)
            {
                _isOver = true;
                while (_reads)
                {
                    Monitor.Wait(_gate);
                }

                while (_ready.TryDequeue(out RecordBatch? batch))
                {
                    batch.Release();
                }
            }

            _batches.Dispose();
        }

        /// <summary>Asks for a turn of the helper, under the lock; where memory is short, the task reads alone.</summary>
        private void Ask()
        {
            if (!_isPosted && !_isOver && _readyBytes < Math.Min(MostBytes, _allocator.FreeBytes / 16))
            {
                _isPosted = true;
                _helpers.Reader.Post(Help);
            }

            if (!_preparesPages && !_isOver && PageBytes > 0)
            {
                _preparesPages = true;
                _helpers.Pages.Post(PreparePages);
            }
        }

        /// <summary>Gets the bytes of pages that shall be ready: none where memory is short.</summary>
        private long PageBytes => _allocator.FreeBytes / 8 < ReadyPageBytes ? 0 : ReadyPageBytes;

        private void PreparePages()
        {
            lock (_gate)
            {
                _preparesPages = false;
                if (_isOver)
                {
                    return;
                }
            }

            if (_helpers.Pool.Prepare(ReadyPageBytes))
            {
                lock (_gate)
                {
                    Ask();
                }
            }
        }

        private void Help()
        {
            lock (_gate)
            {
                _isPosted = false;
                if (_reads || _isOver)
                {
                    return;
                }

                _reads = true;
            }

            Read();
        }

        /// <summary>Reads one batch, by whoever noted that it reads.</summary>
        private void Read()
        {
            RecordBatch? batch = null;
            ExceptionDispatchInfo? failure = null;
            try
            {
                batch = _batches.MoveNext() ? _batches.Current : null;
            }
            catch (Exception thrown)
            {
                // Whatever it is, it is the task's, which may wait for it now.
                failure = ExceptionDispatchInfo.Capture(thrown);
            }

            lock (_gate)
            {
                _reads = false;
                _failure = failure;
                _isOver |= batch is null;
                if (batch is not null)
                {
                    _ready.Enqueue(batch);
                    _readyBytes += batch.PinnedBytes;
                    Ask();
                }

                Monitor.PulseAll(_gate);
            }
        }
    }
}
