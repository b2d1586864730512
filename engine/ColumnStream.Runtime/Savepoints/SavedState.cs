using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Storage;
using ColumnStream.Runtime.Checkpoints;

namespace ColumnStream.Runtime.Savepoints;

/// <summary>Is a savepoint or checkpoint that is looked into: what it holds, and the rows of its states.</summary>
public sealed class SavedState
{
    private const int PageBits = 12;
    private readonly IObjectStore _store;

    private SavedState(IObjectStore store, Manifest manifest, bool isSavepoint)
    {
        _store = store;
        Manifest = manifest;
        IsSavepoint = isSavepoint;
    }

    /// <summary>Gets what it lists.</summary>
    public Manifest Manifest { get; }

    /// <summary>Gets whether it stands for itself.</summary>
    public bool IsSavepoint { get; }

    /// <summary>Opens the savepoint that <paramref name="store"/> is rooted at, or one checkpoint of a job, the newest without an epoch.</summary>
    /// <param name="store">Rooted at the folder.</param>
    /// <param name="epoch">An epoch, or null.</param>
    /// <param name="address">How the user calls the folder.</param>
    /// <exception cref="ColumnStreamException">There is none, it is damaged, or a file is missing.</exception>
    public static SavedState Open(IObjectStore store, long? epoch, string address)
    {
        var checkpoints = new CheckpointStore(store);
        Manifest manifest = checkpoints.ReadManifest(SavepointRestore.Find(checkpoints, epoch, address));
        SavepointRestore.CheckFiles(store, manifest);
        return new SavedState(store, manifest, epoch is null && checkpoints.FindSavepoint() is not null);
    }

    /// <summary>Returns the columns of a state's files, or null when nothing of it is there.</summary>
    public Schema? SchemaOf(string uid, string name, BufferAllocator allocator)
    {
        foreach (StateSnapshot state in States(uid, name).Select(static s => s.State))
        {
            foreach (StateFile file in state.Files)
            {
                using System.IO.Stream stream = _store.OpenRead(file.Path, file.Offset, file.Length)
                    ?? throw new ExternalException(5011, $"State file is missing: {file.Path}.", retryable: false);
                try
                {
                    using var reader = new IpcStreamReader(stream, allocator, IpcReaderOptions.Engine);
                    return reader.Schema;
                }
                catch (IpcException failure)
                {
                    throw new ExternalException(5011, $"State file is damaged: {file.Path}.", retryable: false, failure);
                }
            }
        }

        return null;
    }

    /// <summary>Returns the columns of a state that has no files, as far as they were written down.</summary>
    public IReadOnlyList<ColumnRecord> ColumnsOf(string uid, string name) =>
        States(uid, name).Select(static s => s.State.Columns).FirstOrDefault(static c => c is not null) ?? [];

    /// <summary>Reads the rows of a state that live: of each subtask in turn, with its number; the caller releases the batches.</summary>
    public IEnumerable<(int Subtask, RecordBatch Rows)> Read(string uid, string name, BufferAllocator allocator)
    {
        foreach ((int subtask, StateSnapshot state) in States(uid, name))
        {
            var last = new Dictionary<long, Dictionary<uint, long[]>>();
            long ordinal = 0;
            foreach (RecordBatch batch in Batches(state, allocator))
            {
                Note(batch, ordinal, last);
                ordinal += batch.Length;
                batch.Release();
            }

            ordinal = 0;
            foreach (RecordBatch batch in Batches(state, allocator))
            {
                var standing = new Selection(Math.Max(1, batch.Length), allocator);
                Choose(batch, ordinal, last, standing);
                ordinal += batch.Length;
                yield return (subtask, new StreamBatch(batch, null, standing).Compact(allocator).Rows);
            }
        }
    }

    /// <summary>Passes what came for a slot last; a slice that ended takes its slots along.</summary>
    private static void Note(RecordBatch batch, long ordinal, Dictionary<long, Dictionary<uint, long[]>> last)
    {
        ReadOnlySpan<uint> slots = ((FixedWidthArray)batch.Columns[0]).Values<uint>();
        ReadOnlySpan<long> slices = SlicesOf(batch);
        for (int i = 0; i < batch.Length; i++)
        {
            long slice = slices.IsEmpty ? 0 : slices[i];
            if (!slices.IsEmpty && slots[i] == 0)
            {
                last.Remove(slice);
                continue;
            }

            if (!last.TryGetValue(slice, out Dictionary<uint, long[]>? pages))
            {
                last.Add(slice, pages = []);
            }

            uint page = slots[i] >> PageBits;
            if (!pages.TryGetValue(page, out long[]? places))
            {
                pages.Add(page, places = new long[1 << PageBits]);
            }

            places[slots[i] & ((1 << PageBits) - 1)] = ordinal + i + 1;
        }
    }

    private static unsafe void Choose(
        RecordBatch batch, long ordinal, Dictionary<long, Dictionary<uint, long[]>> last, Selection standing)
    {
        ReadOnlySpan<uint> slots = ((FixedWidthArray)batch.Columns[0]).Values<uint>();
        var live = (BooleanArray)batch.Columns[1];
        ReadOnlySpan<long> slices = SlicesOf(batch);
        int count = 0;
        for (int i = 0; i < batch.Length; i++)
        {
            bool isLast = last.TryGetValue(slices.IsEmpty ? 0 : slices[i], out Dictionary<uint, long[]>? pages)
                && pages.TryGetValue(slots[i] >> PageBits, out long[]? places)
                && places[slots[i] & ((1 << PageBits) - 1)] == ordinal + i + 1;
            if (isLast && live.GetValue(i))
            {
                standing.Pointer[count++] = i;
            }
        }

        standing.Count = count;
    }

    private static ReadOnlySpan<long> SlicesOf(RecordBatch batch) =>
        batch.Schema.Fields.Count > 3 && batch.Schema.Fields[3].Name == SliceColumn
            ? ((FixedWidthArray)batch.Columns[3]).Values<long>()
            : default;

    /// <summary>The column behind slot, live and key group that names the slice of time of a window's state.</summary>
    private const string SliceColumn = "slice";

    private IEnumerable<(int Subtask, StateSnapshot State)> States(string uid, string name)
    {
        foreach (TaskSnapshot task in Manifest.Tasks)
        {
            foreach (StateSnapshot state in task.States)
            {
                if (state.Uid == uid && state.Name == name)
                {
                    yield return (task.Subtask, state);
                }
            }
        }
    }

    private IEnumerable<RecordBatch> Batches(StateSnapshot state, BufferAllocator allocator)
    {
        IEnumerator<RecordBatch> batches = new FileSnapshotReader(_store, state.Files, allocator).ReadBatches().GetEnumerator();
        while (true)
        {
            try
            {
                if (!batches.MoveNext())
                {
                    break;
                }
            }
            catch (IpcException failure)
            {
                throw new ExternalException(5011, $"State file is damaged: {state.Files[0].Path}.", retryable: false, failure);
            }

            yield return batches.Current;
        }

        batches.Dispose();
    }
}
