using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Engine.Storage;

/// <summary>Keeps objects as files below a folder; every success is on the disk.</summary>
/// <remarks>
/// An object is written to a hidden file, synced, and linked to its name: the link fails if the name exists, which makes
/// it a put-if-absent (a rename that replaces nothing where there are no links); then the folder is synced. Creating with O_EXCL under the final name would leave a torn object
/// after a crash, and a rename would replace what others wrote. Thread-safe.
/// </remarks>
public sealed class LocalObjectStore : IObjectStore
{
    private const string TemporarySuffix = ".new";

    private readonly string _root;
    private int _temporaries;

    /// <summary>Opens the store below <paramref name="root"/>, which is made if it does not exist.</summary>
    public LocalObjectStore(string root)
    {
        _root = Path.GetFullPath(root);
        MakeFolder(_root);
    }

    /// <summary>Gets the folder.</summary>
    public string Root => _root;

    /// <inheritdoc/>
    public ValueTask<bool> TryCreateAsync(
        string name, ReadOnlyMemory<byte> content, CancellationToken cancellation = default)
    {
        string path = PathOf(name);
        if (File.Exists(path))
        {
            // Whoever linked it may have died, or failed, before the folder was synced.
            DurableFile.SyncFolder(Path.GetDirectoryName(path)!);
            return new ValueTask<bool>(false);
        }

        using var writer = new Writer(this, name, path);
        writer.Stream.Write(content.Span);
        return new ValueTask<bool>(writer.TryComplete());
    }

    /// <inheritdoc/>
    public IObjectWriter Create(string name) => new Writer(this, name, PathOf(name));

    /// <inheritdoc/>
    public ValueTask<Stream?> OpenReadAsync(
        string name, long offset = 0, long length = long.MaxValue, CancellationToken cancellation = default)
    {
        string path = PathOf(name);
        try
        {
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return new ValueTask<Stream?>(offset == 0 && length >= file.Length ? file : new RangeStream(file, offset, length));
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return new ValueTask<Stream?>((Stream?)null);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ExternalException(5001, $"File cannot be read: {path}.", retryable: false, failure);
        }
    }

    /// <inheritdoc/>
    public ValueTask<ObjectInfo?> FindAsync(string name, CancellationToken cancellation = default)
    {
        var file = new FileInfo(PathOf(name));
        return new ValueTask<ObjectInfo?>(file.Exists ? InfoOf(name, file) : null);
    }

    /// <inheritdoc/>
    public ValueTask<ObjectPage> ListAsync(
        string prefix, string? after = null, int limit = 1000, CancellationToken cancellation = default)
    {
        ObjectName.CheckPrefix(prefix);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        int slash = prefix.LastIndexOf('/');
        string folder = slash < 0 ? _root : Path.Combine(_root, prefix[..slash]);
        var objects = new List<ObjectInfo>();
        try
        {
            if (Directory.Exists(folder))
            {
                Collect(folder, prefix, after, objects);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ExternalException(5001, $"Folder cannot be listed: {folder}.", retryable: true, failure);
        }

        objects.Sort(static (left, right) => string.CompareOrdinal(left.Name, right.Name));
        string? next = objects.Count > limit ? objects[limit - 1].Name : null;
        return new ValueTask<ObjectPage>(
            new ObjectPage(next is null ? objects : objects.GetRange(0, limit), next));
    }

    /// <inheritdoc/>
    public ValueTask DeleteAsync(IReadOnlyList<string> names, CancellationToken cancellation = default)
    {
        foreach (string name in names)
        {
            Delete(PathOf(name));
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<int> RemoveLeftoversAsync(TimeSpan age, CancellationToken cancellation = default)
    {
        var probe = new FileInfo(Path.Combine(_root, $".{Environment.ProcessId}.now"));
        int removed = 0;
        try
        {
            // The clock of the file system, which is another machine's where the folder is a mounted one.
            probe.Create().Dispose();
            DateTime oldest = probe.LastWriteTimeUtc - age;
            var hidden = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
            foreach (FileInfo file in new DirectoryInfo(_root).EnumerateFiles(".*" + TemporarySuffix, hidden))
            {
                if (file.LastWriteTimeUtc < oldest)
                {
                    file.Delete();
                    removed++;
                }
            }

            probe.Delete();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ExternalException(5001, $"Leftovers cannot be removed: {_root}.", retryable: true, failure);
        }

        return new ValueTask<int>(removed);
    }

    /// <summary>Removes a file, and folders that became empty; one that is not, or is gone already, stays as it is.</summary>
    private void Delete(string path)
    {
        DurableFile.Remove(path);
        string? folder = Path.GetDirectoryName(path);
        while (folder is not null && folder.Length > _root.Length)
        {
            try
            {
                Directory.Delete(folder, recursive: false);
            }
            catch (IOException)
            {
                return;
            }

            folder = Path.GetDirectoryName(folder);
        }
    }

    private static void MakeFolder(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        string? parent = Path.GetDirectoryName(path);
        if (parent is not null)
        {
            MakeFolder(parent);
        }

        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ExternalException(5001, $"Folder cannot be made: {path}.", retryable: false, failure);
        }

        if (parent is not null)
        {
            DurableFile.SyncFolder(parent);
        }
    }

    private static ObjectInfo InfoOf(string name, FileInfo file) =>
        new(name, file.Length, new DateTimeOffset(file.LastWriteTimeUtc), null);

    private void Collect(string folder, string prefix, string? after, List<ObjectInfo> objects)
    {
        foreach (FileSystemInfo item in new DirectoryInfo(folder).EnumerateFileSystemInfos())
        {
            if (item.Name[0] == '.')
            {
                continue;
            }

            string name = Path.GetRelativePath(_root, item.FullName).Replace('\\', '/');
            if (item is FileInfo file)
            {
                if (name.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(name, after) > 0 && file.Exists)
                {
                    objects.Add(InfoOf(name, file));
                }

                continue;
            }

            string below = name + "/";
            if (below.StartsWith(prefix, StringComparison.Ordinal) || prefix.StartsWith(below, StringComparison.Ordinal))
            {
                CollectIfThere(item.FullName, prefix, after, objects);
            }
        }
    }

    private void CollectIfThere(string folder, string prefix, string? after, List<ObjectInfo> objects)
    {
        try
        {
            Collect(folder, prefix, after, objects);
        }
        catch (Exception failure) when (failure is DirectoryNotFoundException or FileNotFoundException)
        {
            // Somebody deleted its last object meanwhile.
        }
    }

    private string PathOf(string name)
    {
        ObjectName.Check(name);
        return Path.Combine(_root, name);
    }

    private sealed class Writer : IObjectWriter
    {
        private readonly string _name;
        private readonly string _path;
        private readonly DurableFile _file;
        private bool _isOver;

        public Writer(LocalObjectStore store, string name, string path)
        {
            _name = name;
            _path = path;
            _file = Open(store, path);
        }

        public Stream Stream => _file;

        public ValueTask<ObjectInfo> CompleteAsync(CancellationToken cancellation = default) => TryComplete()
            ? new ValueTask<ObjectInfo>(new ObjectInfo(
                _name, _file.Length, File.GetLastWriteTimeUtc(_path), new ObjectChecksum(ChecksumKind.Crc32C, _file.Checksum)))
            : throw new ExternalException(5001, $"Object exists already: {_path}.", retryable: false);

        public bool TryComplete()
        {
            _file.Sync();
            bool created = DurableFile.TryPublish(_file.Path, _path);
            _isOver = true;
            DurableFile.SyncFolder(Path.GetDirectoryName(_path)!);
            return created;
        }

        /// <summary>Creates a hidden file of a name that nobody uses: other stores, processes and machines write here too.</summary>
        private static DurableFile Open(LocalObjectStore store, string path)
        {
            string folder = Path.GetDirectoryName(path)!;
            for (int attempt = 1; ; attempt++)
            {
                int number = Interlocked.Increment(ref store._temporaries);
                string unique = string.Create(
                    CultureInfo.InvariantCulture, $".{Path.GetFileName(path)}.{Environment.ProcessId}-{number}{TemporarySuffix}");
                MakeFolder(folder);
                try
                {
                    if (DurableFile.TryCreate(Path.Combine(folder, unique)) is { } file)
                    {
                        return file;
                    }
                }
                catch (ExternalException) when (attempt < 10 && !Directory.Exists(folder))
                {
                    // Others deleted what was last in the folder, and the folder with it: make it again.
                }
            }
        }

        public void Dispose()
        {
            _file.Dispose();
            if (!_isOver)
            {
                // Behind its end the hidden name may be another writer's.
                DurableFile.Remove(_file.Path);
            }
        }
    }
}
