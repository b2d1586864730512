using System.Collections.Generic;
using System.IO;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.State;
using ColumnStream.Engine.Storage;

namespace ColumnStream.Runtime.Checkpoints;

/// <summary>Reads one former subtask's files of one state and verifies their hashes.</summary>
internal sealed class FileSnapshotReader(
    IObjectStore store, IReadOnlyList<StateFile> files, BufferAllocator allocator) : StateSnapshotReader
{
    public override IEnumerable<RecordBatch> ReadBatches()
    {
        foreach (StateFile file in files)
        {
            using Stream stream = store.OpenRead(file.Path, file.Offset, file.Length)
                ?? throw new ExternalException(5011, $"State file is missing: {file.Path}.", retryable: false);
            using var section = new SectionStream(stream, file.Length);
            using (var reader = new IpcStreamReader(section, allocator, IpcReaderOptions.Engine))
            {
                while (reader.Read() is { } batch)
                {
                    yield return batch;
                }
            }

            byte[] rest = new byte[4096];
            while (section.Read(rest) > 0)
            {
                // What is behind the end mark belongs to the hash too.
            }

            if (section.Count != file.Length || section.FinishHash() != file.Sha256)
            {
                throw new ExternalException(5011, $"State file is damaged: {file.Path}.", retryable: false);
            }
        }
    }
}
