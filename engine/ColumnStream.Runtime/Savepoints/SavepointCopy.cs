using System;
using System.Collections.Generic;
using System.IO;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Storage;
using ColumnStream.Runtime.Checkpoints;
using ColumnStream.Runtime.Tasks;

namespace ColumnStream.Runtime.Savepoints;

/// <summary>Copies the state of one epoch into the folder of a savepoint, verifies it on the way, and makes it restorable last.</summary>
internal sealed class SavepointCopy : TaskUnit
{
    private const int ChunkBytes = 1 << 20;
    private const int Attempts = 5;

    private readonly IObjectStore _from;
    private readonly Manifest _manifest;
    private readonly Savepoint _savepoint;
    private readonly bool _isCommitted;
    private readonly IFailPoints _failPoints;
    private readonly Action<Exception?> _done;
    private readonly List<(int Task, int State, int File)> _order = [];
    private readonly Dictionary<(int Task, int State, int File), StateFile> _copies = [];
    private readonly HashSet<string> _usedPaths = new(StringComparer.Ordinal);
    private readonly List<string> _written = [];
    private readonly byte[] _chunk = new byte[ChunkBytes];
    private IObjectWriter? _writer;
    private SectionStream? _reader;
    private Stream? _source;
    private string _name = "";
    private int _next;
    private int _attempt;
    private long _doneBytes;
    private bool _isOurs;
    private volatile bool _aborted;

    /// <summary>Makes the copy of <paramref name="manifest"/>, whose files lie in <paramref name="from"/>.</summary>
    /// <param name="name">Shown in errors.</param>
    /// <param name="io">Gives turns.</param>
    /// <param name="share">Is charged.</param>
    /// <param name="from">Holds the files.</param>
    /// <param name="manifest">The epoch.</param>
    /// <param name="savepoint">Where it goes.</param>
    /// <param name="isCommitted">Whether all sinks have committed the epoch, so that nothing is left for a restore.</param>
    /// <param name="failPoints">Is told of protocol points.</param>
    /// <param name="done">Receives null, or why there is no savepoint.</param>
    public SavepointCopy(
        string name, Executor io, JobShare share, IObjectStore from, Manifest manifest, Savepoint savepoint,
        bool isCommitted, IFailPoints failPoints, Action<Exception?> done)
        : base(name, io, share)
    {
        _from = from;
        _manifest = manifest;
        _savepoint = savepoint;
        _isCommitted = isCommitted;
        _failPoints = failPoints;
        _done = done;
        for (int t = 0; t < manifest.Tasks.Count; t++)
        {
            for (int s = 0; s < manifest.Tasks[t].States.Count; s++)
            {
                for (int f = 0; f < manifest.Tasks[t].States[s].Files.Count; f++)
                {
                    _order.Add((t, s, f));
                }
            }
        }

        savepoint.BeginCopy(SavepointFolder.StateBytes(manifest));
    }

    /// <summary>Gives it up at the next turn.</summary>
    public void Abort()
    {
        _aborted = true;
        Notify();
    }

    protected override TurnResult Run(in TurnBudget budget)
    {
        try
        {
            do
            {
                if (_aborted)
                {
                    throw new ExternalException(5040, "Savepoint was given up: the job ended.", retryable: false);
                }

                if (!_isOurs)
                {
                    TakeFolder();
                }

                if (_next == _order.Count)
                {
                    Finish();
                    _done(null);
                    return TurnResult.Done;
                }

                CopyChunk();
            }
            while (Executor.Now < budget.Deadline);
            return TurnResult.More;
        }
        catch (ExternalException failure) when (failure.IsRetryable && _attempt < Attempts - 1 && !_aborted)
        {
            _attempt++;
            CloseFile();
            return TurnResult.More;
        }
        catch (Exception failure) when (failure is ColumnStreamException or IOException)
        {
            GiveUp(failure);
            return TurnResult.Done;
        }
    }

    protected override void Fail(Exception failure) => GiveUp(failure);

    private void GiveUp(Exception failure)
    {
        CloseFile();
        try
        {
            // The record first, since a put that was said to fail may have been done: what is left cannot be restored.
            if (_isOurs)
            {
                _savepoint.Target.Delete([SavepointFolder.RecordName, SavepointFolder.ManifestName, .. _written]);
                SavepointFolder.RemoveStaging(_savepoint.Target);
            }
        }
        catch (ExternalException)
        {
            // What stays behind has no record, or the store that would tell is gone: the failure is reported either way.
        }

        _done(failure);
    }

    private StateFile File(int index)
    {
        (int task, int state, int file) = _order[index];
        return _manifest.Tasks[task].States[state].Files[file];
    }

    private void TakeFolder()
    {
        if (_savepoint.Target.Find(SavepointFolder.RecordName) is not null
            || _savepoint.Target.Find(SavepointFolder.ManifestName) is not null)
        {
            throw new ExternalException(
                5040, $"Savepoint was given up: another one stands in its folder: {_savepoint.Address}.", retryable: false);
        }

        _isOurs = true;
    }

    private void CopyChunk()
    {
        StateFile file = File(_next);
        if (_writer is null)
        {
            Open(file);
        }

        int read = _reader!.Read(_chunk);
        if (read > 0)
        {
            _writer!.Stream.Write(_chunk.AsSpan(0, read));
            _savepoint.Copied(_doneBytes + _reader.Count);
            return;
        }

        if (_reader.Count != file.Length || _reader.FinishHash() != file.Sha256)
        {
            throw new ExternalException(5011, $"State file is damaged: {file.Path}.", retryable: false);
        }

        _writer!.Complete();
        _copies.Add(_order[_next], file with { Path = _name, Offset = 0 });
        _doneBytes += file.Length;
        CloseFile();
        _attempt = 0;
        _next++;
        if (_next == 1)
        {
            _failPoints.Hit(FailPoint.MidSavepoint);
        }
    }

    private void Open(StateFile file)
    {
        (int task, int state, int number) = _order[_next];
        TaskSnapshot snapshot = _manifest.Tasks[task];

        // A node may run in several fragments' tasks with equal names, and names are cut: the first free one is taken.
        int attempt = 0;
        do
        {
            _name = SavepointFolder.FileOf(snapshot.States[state], snapshot.Subtask, number, attempt++);
        }
        while (!_usedPaths.Add(_name));
        _source = _from.OpenRead(file.Path, file.Offset, file.Length)
            ?? throw new ExternalException(5011, $"State file is missing: {file.Path}.", retryable: false);
        _reader = new SectionStream(_source, file.Length);
        _written.Add(_name);
        _writer = _savepoint.Target.Create(_name);
    }

    private void CloseFile()
    {
        // Whatever cannot be closed is closed once: the unit may fail by it, and closes again.
        (IObjectWriter? writer, SectionStream? reader, Stream? source) = (_writer, _reader, _source);
        (_writer, _reader, _source) = (null, null, null);
        reader?.Dispose();
        source?.Dispose();
        writer?.Dispose();
    }

    private void Finish()
    {
        var store = new CheckpointStore(_savepoint.Target);
        _failPoints.Hit(FailPoint.AfterSavepointCopy);
        Claim record = store.PutManifest(Rewritten(), SavepointFolder.ManifestName);
        _failPoints.Hit(FailPoint.AfterSavepointManifest);
        if (!store.PutSavepoint(record))
        {
            throw new InvariantException(9001, $"Record of a savepoint exists already: {_savepoint.Address}.");
        }

        _failPoints.Hit(FailPoint.AfterSavepoint);
        SavepointFolder.RemoveStaging(_savepoint.Target);
    }

    private Manifest Rewritten()
    {
        var tasks = new List<TaskSnapshot>();
        for (int t = 0; t < _manifest.Tasks.Count; t++)
        {
            TaskSnapshot task = _manifest.Tasks[t];
            var states = new List<StateSnapshot>();
            for (int s = 0; s < task.States.Count; s++)
            {
                var files = new List<StateFile>();
                for (int f = 0; f < task.States[s].Files.Count; f++)
                {
                    files.Add(_copies[(t, s, f)]);
                }

                states.Add(task.States[s] with { Files = files });
            }

            tasks.Add(task with
            {
                States = states,
                Sinks = _isCommitted ? SavepointFolder.Committed(task.Sinks) : task.Sinks,
            });
        }

        // The ledger names objects of the job's folder: a savepoint begins an account of its own.
        return _manifest with { Tasks = tasks, Ledger = null };
    }
}
