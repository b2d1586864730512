using System;
using System.Collections.Generic;
using System.IO;
using System.Text.RegularExpressions;

namespace ColumnStream.Connectors.Files;

/// <summary>Reads files of this machine.</summary>
/// <param name="folders">Where paths may lead.</param>
internal sealed class LocalFileStore(AllowedFolders folders) : FileStore
{
    /// <inheritdoc/>
    public override bool IsImmutable => false;

    /// <inheritdoc/>
    public override List<FileName>? List(string path, Regex? pattern)
    {
        List<FileName>? files = FileErrors.Guard("listed", folders.Resolve(path), () => FileFinder.List(path, pattern));

        // Links in folders, and names that a glob found, may lead elsewhere.
        files?.ForEach(file => folders.Resolve(file.Name));
        return files;
    }

    /// <inheritdoc/>
    public override List<FileName> ListFolder(string path)
    {
        var files = new List<FileName>();
        foreach (string file in FileErrors.Guard("listed", path, () => Directory.Exists(path) ? Directory.GetFiles(path) : []))
        {
            if (!FileName.IsHidden(Path.GetFileName(file.AsSpan())))
            {
                files.Add(Look(file));
            }
        }

        return files;
    }

    /// <inheritdoc/>
    public override FileContent Open(string name) => new LocalFileContent(folders.Resolve(name), folders);

    /// <inheritdoc/>
    public override FileName Look(string name)
    {
        return FileErrors.Guard("read", name, () =>
        {
            var file = new FileInfo(name);
            return new FileName(name, file.Length) { Modified = file.LastWriteTimeUtc };
        });
    }

    /// <inheritdoc/>
    public override string FullPath(string name) => Path.GetFullPath(name);
}
