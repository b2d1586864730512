using System;
using System.Collections.Generic;
using System.Text.RegularExpressions;
using ColumnStream.Engine.Storage;

namespace ColumnStream.Connectors.Files;

/// <summary>Finds and opens the files that a table reads: on this machine or in a bucket.</summary>
internal abstract class FileStore
{
    /// <summary>Gets whether a file never changes once it is there.</summary>
    public abstract bool IsImmutable { get; }

    /// <summary>Returns the store of a table's path.</summary>
    public static FileStore Of(FileTableOptions options, Func<string, IBucket> openBucket) => BucketPath.Is(options.Path)
        ? new BucketFileStore(openBucket(BucketPath.Parse(options.Path).Address)) : new LocalFileStore(options.Folders);

    /// <summary>Lists the files that a path means, in name order; null when it names something that does not exist.</summary>
    public abstract List<FileName>? List(string path, Regex? pattern);

    /// <summary>Lists the visible files that lie in a folder itself.</summary>
    public abstract List<FileName> ListFolder(string path);

    /// <summary>Opens a file.</summary>
    /// <exception cref="Engine.Errors.ExternalException">It cannot be opened.</exception>
    public abstract FileContent Open(string name);

    /// <summary>Tells size and time of a file as they are now.</summary>
    /// <exception cref="Engine.Errors.ExternalException">It cannot be found.</exception>
    public abstract FileName Look(string name);

    /// <summary>Returns the full path of a file.</summary>
    public abstract string FullPath(string name);
}
