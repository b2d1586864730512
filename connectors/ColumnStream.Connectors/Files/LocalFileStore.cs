using System;
using System.Collections.Generic;
using System.IO;
using System.Text.RegularExpressions;

namespace ColumnStream.Connectors.Files;

/// <summary>Reads files of this machine.</summary>
internal sealed class LocalFileStore : FileStore
{
    /// <inheritdoc/>
    public override bool IsImmutable => false;

    /// <inheritdoc/>
    public override List<FileName>? List(string path, Regex? pattern) =>
        FileErrors.Guard("listed", path, () => FileFinder.List(path, pattern));

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
    public override FileContent Open(string name) => new LocalFileContent(name);

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
