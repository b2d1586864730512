using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Threading;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Engine.Storage;

/// <summary>Keeps objects as files below a folder; every success is on the disk.</summary>
/// <remarks>
/// An object is written to a hidden file, synced, and linked to its name: the link fails if the name exists, which makes
/// it a put-if-absent; then the folder is synced. Creating with O_EXCL under the final name would leave a torn object
/// after a crash, and a rename would replace what others wrote. Thread-safe.
/// </remarks>
public sealed class LocalObjectStore : IObjectStore
{
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
    public bool TryCreate(string name, ReadOnlySpan<byte> content)
    {
        string path = PathOf(name);
        if (File.Exists(path))
        {
            // Whoever linked it may have died, or failed, before the folder was synced.
            DurableFile.SyncFolder(Path.GetDirectoryName(path)!);
            return false;
        }

        using var writer = new Writer(this, path);
        writer.Stream.Write(content);
        return writer.TryComplete();
    }

    /// <inheritdoc/>
    public IObjectWriter Create(string name) => new Writer(this, PathOf(name));

    /// <inheritdoc/>
    public Stream? OpenRead(string name)
    {
        string path = PathOf(name);
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ExternalException(5001, $"File cannot be read: {path}.", retryable: false, failure);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string prefix)
    {
        ObjectName.CheckPrefix(prefix);
        int slash = prefix.LastIndexOf('/');
        string folder = slash < 0 ? _root : Path.Combine(_root, prefix[..slash]);
        var names = new List<string>();
        try
        {
            if (Directory.Exists(folder))
            {
                Collect(folder, prefix, names);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ExternalException(5001, $"Folder cannot be listed: {folder}.", retryable: true, failure);
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }

    /// <inheritdoc/>
    public void Delete(string name)
    {
        string path = PathOf(name);
        DurableFile.Remove(path);

        // Folders that became empty go too; one that is not empty, or gone already, stays as it is.
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

    private void Collect(string folder, string prefix, List<string> names)
    {
        foreach (FileSystemInfo item in new DirectoryInfo(folder).EnumerateFileSystemInfos())
        {
            if (item.Name[0] == '.')
            {
                continue;
            }

            string name = Path.GetRelativePath(_root, item.FullName).Replace('\\', '/');
            if (item is DirectoryInfo)
            {
                string below = name + "/";
                if (below.StartsWith(prefix, StringComparison.Ordinal)
                    || prefix.StartsWith(below, StringComparison.Ordinal))
                {
                    CollectIfThere(item.FullName, prefix, names);
                }
            }
            else if (name.StartsWith(prefix, StringComparison.Ordinal))
            {
                names.Add(name);
            }
        }
    }

    private void CollectIfThere(string folder, string prefix, List<string> names)
    {
        try
        {
            Collect(folder, prefix, names);
        }
        catch (DirectoryNotFoundException)
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
        private readonly string _path;
        private readonly string _temporary;
        private readonly DurableFile _file;

        public Writer(LocalObjectStore store, string path)
        {
            _path = path;
            string folder = Path.GetDirectoryName(path)!;
            int number = Interlocked.Increment(ref store._temporaries);
            string unique = string.Create(
                CultureInfo.InvariantCulture, $".{Path.GetFileName(path)}.{Environment.ProcessId}-{number}");
            _temporary = Path.Combine(folder, unique);
            MakeFolder(folder);

            // A process of the same number died here before: its leftover is nobody's.
            DurableFile.Remove(_temporary);
            _file = DurableFile.Create(_temporary);
        }

        public Stream Stream => _file;

        public void Complete()
        {
            if (!TryComplete())
            {
                throw new ExternalException(5001, $"Object exists already: {_path}.", retryable: false);
            }
        }

        public bool TryComplete()
        {
            _file.Sync();
            bool created = DurableFile.TryLink(_temporary, _path);
            DurableFile.Remove(_temporary);
            DurableFile.SyncFolder(Path.GetDirectoryName(_path)!);
            return created;
        }

        public void Dispose()
        {
            _file.Dispose();
            DurableFile.Remove(_temporary);
        }
    }
}
