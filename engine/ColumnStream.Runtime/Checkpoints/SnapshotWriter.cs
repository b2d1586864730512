using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Storage;
using ColumnStream.Runtime.Tasks;

namespace ColumnStream.Runtime.Checkpoints;

/// <summary>Writes what one task gathers into one object an epoch, on the executor for files, and acknowledges.</summary>
/// <remarks>Sections of the object are Arrow streams with ZSTD bodies, one a state. One fsync a task and epoch.</remarks>
internal sealed class SnapshotWriter : TaskUnit
{
    private const long MostBacklogBytes = 64 << 20;
    private const int BacklogOneIn = 16;
    private static readonly IpcWriterOptions Format =
        new() { Compression = IpcCompression.Zstd };

    private readonly Mailbox _mailbox;
    private readonly BufferAllocator _allocator;
    private readonly IFailPoints _failPoints;
    private readonly IJobControl _job;
    private readonly TaskUnit _task;
    private readonly List<(StateChain Chain, StateFile? File, bool IsFull)> _written = [];
    private IObjectStore? _store;
    private IObjectWriter? _object;
    private SectionStream? _section;
    private IpcStreamWriter? _stream;
    private string _path = "";
    private long _offset;
    private long _rows;
    private Exception? _failure;
    private readonly long _backlogLimitBytes;
    private long _backlogBytes;
    private volatile bool _stopped;

    public SnapshotWriter(
        string name, TaskUnit task, Executor io, JobShare share, BufferAllocator allocator, IFailPoints failPoints,
        IJobControl job)
        : base(name, io, share)
    {
        _task = task;
        _mailbox = new Mailbox(this);
        _allocator = allocator;
        _backlogLimitBytes = Math.Min(MostBacklogBytes, allocator.TightestLimitBytes / BacklogOneIn);
        _failPoints = failPoints;
        _job = job;
    }

    /// <summary>Gets whether the task should gather no more until it is notified.</summary>
    public bool IsFull => Interlocked.Read(ref _backlogBytes) > _backlogLimitBytes;

    /// <summary>Begins the object of an epoch.</summary>
    public void Begin(IObjectStore store, string path) => _mailbox.Post(() =>
    {
        _store = store;
        _path = path;
        _offset = 0;
        _failure = null;
        _written.Clear();
    });

    /// <summary>Writes a batch of the state under way, which the caller keeps; this retains it.</summary>
    public void Write(RecordBatch batch)
    {
        RecordBatch kept = batch.Retain();
        long bytes = kept.PinnedBytes;
        Interlocked.Add(ref _backlogBytes, bytes);
        _mailbox.Post(() =>
        {
            try
            {
                Guarded(() => WriteNow(kept));
            }
            finally
            {
                kept.Release();
                long left = Interlocked.Add(ref _backlogBytes, -bytes);
                if (left <= _backlogLimitBytes && left + bytes > _backlogLimitBytes)
                {
                    _task.Notify();
                }
            }
        });
    }

    /// <summary>Ends the section of one state.</summary>
    public void EndState(StateChain chain, bool isFull) =>
        _mailbox.Post(() => Guarded(() => _written.Add((chain, EndSection(isFull), isFull)), chain));

    /// <summary>Makes everything durable, then reports success or why not.</summary>
    public void Complete(Action<long> onDurable, Action<Exception> onLost) => _mailbox.Post(() =>
    {
        Guarded(() =>
        {
            _object?.Complete();
            _failPoints.Hit(FailPoint.AfterUpload);
        });
        CloseObject();
        if (_failure is null)
        {
            foreach ((StateChain chain, StateFile? file, bool isFull) in _written)
            {
                chain.Add(file, isFull);
            }

            onDurable(_offset);
        }
        else
        {
            foreach ((StateChain chain, _, _) in _written)
            {
                chain.Break();
            }

            onLost(_failure);
        }
    });

    /// <summary>Drops the object of the epoch: what was gathered of it is in no file, so those states begin anew.</summary>
    public void Abandon(Action onDropped) => _mailbox.Post(() =>
    {
        CloseObject();
        foreach ((StateChain chain, _, _) in _written)
        {
            chain.Break();
        }

        onDropped();
    });

    /// <summary>Ends the unit; what was not completed is dropped.</summary>
    public void Stop()
    {
        _mailbox.Post(() => _stopped = true);
    }

    protected override TurnResult Run(in TurnBudget budget)
    {
        _mailbox.Drain();
        if (!_stopped)
        {
            return TurnResult.Idle;
        }

        CloseObject();
        _job.Closed(this);
        return TurnResult.Done;
    }

    protected override void Fail(Exception failure)
    {
        CloseObject();
        _job.Failed(this, failure);
        _job.Closed(this);
    }

    private void Guarded(Action work, StateChain? chain = null)
    {
        if (_failure is not null)
        {
            chain?.Break();
            return;
        }

        try
        {
            work();
        }
        catch (Exception failure) when (failure is ColumnStreamException or IOException)
        {
            // A checkpoint that fails costs no rows: the coordinator counts it and the next one holds everything.
            _failure = failure;
            chain?.Break();
        }
        catch (MemoryLimitException failure)
        {
            // The job fails; this unit goes on to its end, because what waits in its mailbox holds batches.
            _failure = failure;
            chain?.Break();
            _job.Failed(this, failure);
        }
    }

    private void WriteNow(RecordBatch batch)
    {
        if (_stream is null)
        {
            _object ??= _store!.Create(_path);
            _section = new SectionStream(_object.Stream);
            _stream = new IpcStreamWriter(_section, batch.Schema, _allocator, Format);
            _rows = 0;
        }

        _stream.Write(batch);
        _rows += batch.Length;
    }

    private StateFile? EndSection(bool isFull)
    {
        if (_stream is null)
        {
            return null;
        }

        _stream.Finish();
        var file = new StateFile(_path, _offset, _section!.Count, _section.FinishHash(), _rows, isFull);
        _offset += file.Length;
        CloseSection();
        return file;
    }

    private void CloseSection()
    {
        (IpcStreamWriter? stream, SectionStream? section) = (_stream, _section);
        (_stream, _section) = (null, null);
        stream?.Dispose();
        section?.Dispose();
    }

    private void CloseObject()
    {
        // Whatever cannot be closed is closed once: the unit may fail by it, and closes again.
        CloseSection();
        IObjectWriter? closing = _object;
        _object = null;
        closing?.Dispose();
    }
}
