using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Storage;

namespace ColumnStream.Connectors.Files;

/// <summary>Reads objects of a bucket: a slash in a key is a folder, what a glob means is what it means on a disk.</summary>
internal sealed class BucketFileStore(IBucket bucket) : FileStore
{
    /// <inheritdoc/>
    public override bool IsImmutable => true;

    /// <inheritdoc/>
    public override List<FileName>? List(string path, Regex? pattern)
    {
        string key = BucketPath.Parse(path).Key;
        int mark = key.IndexOfAny(FileFinder.GlobMarks);
        if (mark < 0 && key.Length > 0 && bucket.Find(key) is { } file)
        {
            return [.. Named([file], pattern)];
        }

        string prefix = mark < 0 ? (key.Length == 0 ? string.Empty : key + "/") : key[..(key.LastIndexOf('/', mark) + 1)];
        string[] glob = mark < 0 ? [] : key[prefix.Length..].Split('/');
        Regex[] segments =
            [.. glob.Select(g => new Regex(FileFinder.ToRegex(g), RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)))];
        IEnumerable<BucketObject> found = bucket.List(prefix).Where(item =>
        {
            string[] names = item.Key[prefix.Length..].Split('/');
            return names[^1].Length > 0 && (mark < 0
                ? !names.Any(static name => FileName.IsHidden(name))
                : IsMatch(glob, segments, 0, names, 0));
        });
        List<FileName> files = [.. Named(found, pattern)];

        // There are no empty folders in a bucket: what has no objects does not exist.
        return files.Count > 0 || mark >= 0 || pattern is not null ? files : null;
    }

    /// <inheritdoc/>
    public override List<FileName> ListFolder(string path)
    {
        string prefix = BucketPath.Parse(path).Prefix;
        return
        [
            .. Named(
                bucket.List(prefix).Where(item =>
                {
                    string name = item.Key[prefix.Length..];
                    return name.Length > 0 && !name.Contains('/', StringComparison.Ordinal) && !FileName.IsHidden(name);
                }),
                null),
        ];
    }

    /// <inheritdoc/>
    public override FileContent Open(string name) => new BucketFileContent(bucket, Find(name));

    /// <inheritdoc/>
    public override FileName Look(string name) => Named([Find(name)], null).First();

    /// <inheritdoc/>
    public override string FullPath(string name) => name;

    private static bool IsMatch(string[] glob, Regex[] segments, int at, string[] names, int index)
    {
        if (at == glob.Length || index == names.Length)
        {
            return at == glob.Length && index == names.Length;
        }

        bool isLast = index == names.Length - 1;
        if (glob[at] == "**")
        {
            return IsMatch(glob, segments, at + 1, names, index)
                || (!isLast && !FileName.IsHidden(names[index]) && IsMatch(glob, segments, at, names, index + 1));
        }

        bool isHidden = FileName.IsHidden(names[index]) && glob[at][0] is not ('.' or '_');
        return !isHidden && segments[at].IsMatch(names[index]) && IsMatch(glob, segments, at + 1, names, index + 1);
    }

    private IEnumerable<FileName> Named(IEnumerable<BucketObject> items, Regex? pattern) => items
        .Select(item => new FileName($"{bucket.Address}/{item.Key}", item.Length) { Modified = item.Modified.UtcDateTime })
        .Where(file => pattern is null || pattern.IsMatch(file.Name));

    private BucketObject Find(string name) => bucket.Find(BucketPath.Parse(name).Key)
        ?? throw new ExternalException(FileErrors.Code, $"File cannot be read: {name}. It does not exist.", retryable: false);
}
