using System;
using System.Collections.Generic;
using System.Text.RegularExpressions;
using ColumnStream.Connectors.Formats;
using ColumnStream.Engine.Lookups;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Connectors.Files;

/// <summary>Holds the options of one file table, read and checked.</summary>
internal sealed record FileTableOptions(
    string Path,
    Format Format,
    TimeSpan? MonitorInterval,
    Regex? Pattern,
    ParseErrorPolicy ParseErrors,
    string? DeadLetterPath,
    long PartBytes)
{
    private static readonly System.Buffers.SearchValues<char> s_bucketNames =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>Gets the definitions, those of formats left out.</summary>
    public static IReadOnlyList<OptionDefinition> Definitions { get; } =
    [
        new("path", OptionKind.Text, null,
            "File, folder or glob, or oss://bucket/folder; relative to the working folder, in a server to its files.",
            IsRequired: true),
        new("format", OptionKind.Text, null, "How files are written: json, csv, arrow, raw, debezium-json.", IsRequired: true),
        new("source.monitor-interval", OptionKind.Duration, null, "How often to look for new data; without it the table ends."),
        new("source.path.regex-pattern", OptionKind.Text, null, "Only files whose whole absolute path matches are read."),
        new("scan.parse-errors", OptionKind.Choice, "fail", "What happens to a record that cannot be decoded.",
            Values: "fail|skip|dead-letter"),
        new("scan.dead-letter.path", OptionKind.Text, null, "File that takes wrong records as JSON lines."),
        new("sink.rolling-policy.file-size", OptionKind.Bytes, "128 mb", "Size at which a part is closed."),
        new("sink.rolling-policy.rollover-interval", OptionKind.Duration, null,
            "Accepted and not needed: every checkpoint closes parts."),
        new("sink.rolling-policy.check-interval", OptionKind.Duration, null,
            "Accepted and not needed: every checkpoint closes parts."),
        .. LookupOptions.Definitions,
    ];

    /// <summary>Returns the definitions of <paramref name="table"/>, with those of its format.</summary>
    public static IReadOnlyList<OptionDefinition> DefinitionsFor(TableSpec table) =>
        table.Option("format") is { } format ? [.. Definitions, .. FormatTable.Get(format).Options] : Definitions;

    /// <summary>Gets where local paths may lead.</summary>
    public AllowedFolders Folders { get; init; } = AllowedFolders.All;

    /// <summary>Reads and checks the options of <paramref name="table"/>.</summary>
    /// <param name="table">The table.</param>
    /// <param name="folders">Where local paths may lead; relative ones belong to the first of them.</param>
    /// <exception cref="Engine.Errors.UserException">An option or combination is wrong.</exception>
    public static FileTableOptions Read(TableSpec table, AllowedFolders folders)
    {
        var reader = new OptionReader(table, DefinitionsFor(table));
        if (table.PartitionedBy.Count > 0)
        {
            throw reader.Error(3113, "Connector 'filesystem' has no partitioned tables yet.");
        }

        ParseErrorPolicy policy = reader.Choice("scan.parse-errors") switch
        {
            "skip" => ParseErrorPolicy.Skip,
            "dead-letter" => ParseErrorPolicy.DeadLetter,
            _ => ParseErrorPolicy.Fail,
        };
        string? deadLetters = reader.TextOrNull("scan.dead-letter.path");
        if (policy == ParseErrorPolicy.DeadLetter != deadLetters is not null)
        {
            throw policy == ParseErrorPolicy.DeadLetter
                ? reader.Error(3112, "Option is required: 'scan.dead-letter.path', with 'scan.parse-errors' = 'dead-letter'.")
                : reader.Invalid("scan.dead-letter.path", "'scan.parse-errors' = 'dead-letter' beside it");
        }

        TimeSpan? interval = reader.Has("source.monitor-interval") ? reader.Duration("source.monitor-interval") : null;
        if (interval <= TimeSpan.Zero)
        {
            throw reader.Invalid("source.monitor-interval", "a duration above 0");
        }

        long partBytes = reader.Bytes("sink.rolling-policy.file-size");
        if (partBytes <= 0)
        {
            throw reader.Invalid("sink.rolling-policy.file-size", "a size above 0");
        }

        return new FileTableOptions(
            BucketPath.Is(reader.Text("path").Trim()) ? InBucket(reader, "path") : Local(reader, "path", folders),
            FormatTable.Get(reader.Text("format")),
            interval,
            PatternOf(reader),
            policy,
            deadLetters is null ? null : Local(reader, "scan.dead-letter.path", folders),
            partBytes)
        {
            Folders = folders,
        };
    }

    /// <summary>Returns the path as a local one: <c>file:///a/b</c> and <c>file:/a/b</c> become <c>/a/b</c>.</summary>
    private static string Local(OptionReader reader, string key, AllowedFolders folders)
    {
        string path = reader.Text(key).Trim();
        if (path.StartsWith("file:", StringComparison.OrdinalIgnoreCase))
        {
            path = path["file:".Length..];
            path = path.StartsWith("//", StringComparison.Ordinal) ? path[2..] : path;
        }
        else if (path.Contains("://", StringComparison.Ordinal))
        {
            throw reader.Invalid(key, key == "path" ? "a local path, file:// or oss://" : "a local path or file://");
        }

        return path.Length == 0 || path.Contains('\0', StringComparison.Ordinal)
            ? throw reader.Invalid(key, "a path")
            : folders.Resolve(path);
    }

    private static string InBucket(OptionReader reader, string key)
    {
        string path = reader.Text(key).Trim();
        BucketPath parts = BucketPath.Parse(path);
        string bucket = parts.Address["oss://".Length..];
        bool isBucket = bucket.Length is >= 3 and <= 63 && bucket.AsSpan().IndexOfAnyExcept(s_bucketNames) < 0;
        return isBucket && !path.Contains('\0', StringComparison.Ordinal)
            ? parts.PathOf(parts.Key).TrimEnd('/')
            : throw reader.Invalid(key, "oss://bucket/folder, the bucket of small letters, digits and hyphens");
    }

    private static Regex? PatternOf(OptionReader reader)
    {
        if (reader.TextOrNull("source.path.regex-pattern") is not { } pattern)
        {
            return null;
        }

        try
        {
            return new Regex($"^(?:{pattern})$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        }
        catch (ArgumentException)
        {
            throw reader.Invalid("source.path.regex-pattern", "a regular expression");
        }
    }
}
