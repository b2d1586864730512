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
            using Stream stream = store.OpenRead(file.Path)
                ?? throw new ExternalException(5011, $"State file is missing: {file.Path}.", retryable: false);
            Skip(stream, file.Offset);
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

    private static void Skip(Stream stream, long bytes)
    {
        if (stream.CanSeek)
        {
            stream.Position = bytes;
            return;
        }

        byte[] buffer = new byte[64 << 10];
        while (bytes > 0)
        {
            int read = stream.Read(buffer, 0, (int)System.Math.Min(bytes, buffer.Length));
            if (read == 0)
            {
                return;
            }

            bytes -= read;
        }
    }
}
