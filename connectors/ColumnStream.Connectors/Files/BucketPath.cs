using System;

namespace ColumnStream.Connectors.Files;

/// <summary>Is a path in a bucket: <c>oss://bucket/folder</c>. Keys are taken as they are written, nothing is escaped.</summary>
/// <param name="Address">Scheme and bucket.</param>
/// <param name="Key">What stands behind the bucket, without slashes at its ends.</param>
internal readonly record struct BucketPath(string Address, string Key)
{
    private const string Scheme = "oss://";

    /// <summary>Gets what the keys of everything in the folder begin with.</summary>
    public string Prefix => Key.Length == 0 ? string.Empty : Key + "/";

    /// <summary>Tells whether a path leads into a bucket.</summary>
    public static bool Is(string path) => path.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>Takes a path apart.</summary>
    public static BucketPath Parse(string path)
    {
        int slash = path.IndexOf('/', Scheme.Length);
        string bucket = slash < 0 ? path[Scheme.Length..] : path[Scheme.Length..slash];
        return new BucketPath(Scheme + bucket, slash < 0 ? string.Empty : path[slash..].Trim('/'));
    }

    /// <summary>Returns the path of a key in the same bucket.</summary>
    public string PathOf(string key) => $"{Address}/{key}";
}
