using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ColumnStream.Server.Security;

/// <summary>Reads the files of an audit log, each line held against the one before, over the places where files were cut.</summary>
/// <remarks>
/// <code>
/// audit-000000000001.jsonl   lines 1 to 4000, closed when it was full
/// audit-000000004001.jsonl   begins with {"seq":4001,…,"verb":"rotate","object":"hash of line 4000",…}
/// audit.jsonl                the newest lines
/// </code>
/// The oldest file may be missing: what was moved away is checked by that of its own, and the first line says where it ended.
/// </remarks>
internal static class AuditTrail
{
    /// <summary>The name of the newest file in a server's data folder.</summary>
    public const string FileName = "audit.jsonl";

    /// <summary>What the first line of a file says that goes on from another one.</summary>
    public const string Rotate = "rotate";

    private const string HashKey = ",\"hash\":\"";

    /// <summary>Returns the closed files beside a log, oldest first.</summary>
    public static string[] Closed(string path)
    {
        string[] files = Directory.GetFiles(
            Path.GetDirectoryName(Path.GetFullPath(path))!, $"{Path.GetFileNameWithoutExtension(path)}-????????????.jsonl");
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    /// <summary>Names the file that a log is closed under.</summary>
    /// <param name="path">The log.</param>
    /// <param name="first">The number of its first line.</param>
    public static string ClosedName(string path, long first) => Path.Combine(
        Path.GetDirectoryName(Path.GetFullPath(path))!,
        string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileNameWithoutExtension(path)}-{first:d12}.jsonl"));

    /// <summary>Reads a log; all of it, or its newest files alone.</summary>
    /// <param name="path">The newest file, which need not exist.</param>
    /// <param name="most">The number of files.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static Reading Read(string path, int most = int.MaxValue)
    {
        IEnumerable<string> files = Closed(path).Append(path).TakeLast(most);
        var read = new Reading(0, new byte[SHA256.HashSizeInBytes], 0, 0, string.Empty, null);
        bool isFirst = true;
        foreach (string file in files.Where(File.Exists))
        {
            if (read.Rest.Length > 0)
            {
                return read with { Damage = $"line {read.Lines + 1}, in front of {file}, has no end." };
            }

            read = ReadFile(file, read with { First = 0, Bytes = 0 }, isFirst);
            isFirst = false;
            if (read.Damage is not null)
            {
                return read;
            }
        }

        // A log that was closed has no newest file yet.
        return File.Exists(path) ? read : read with { First = 0, Bytes = 0 };
    }

    /// <summary>Makes the end of a line, with the hash that binds it to the one before.</summary>
    /// <param name="before">The hash of the line before.</param>
    /// <param name="line">The line as an object without its hash.</param>
    /// <param name="hash">Receives its hash.</param>
    public static byte[] Seal(byte[] before, ReadOnlySpan<byte> line, out byte[] hash)
    {
        hash = Chain(before, line);
        return [.. line[..^1], .. Encoding.ASCII.GetBytes($"{HashKey}{Convert.ToHexStringLower(hash)}\"}}\n")];
    }

    private static Reading ReadFile(string path, Reading read, bool isFirst)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        bool isWhole = EndsALine(file);
        var lines = new StreamReader(file, Encoding.UTF8, detectEncodingFromByteOrderMarks: false);
        while (lines.ReadLine() is { } line)
        {
            long bytes = read.Bytes + Encoding.UTF8.GetByteCount(line) + 1;
            if (lines.EndOfStream && !isWhole)
            {
                return read with { Rest = line };
            }

            if (isFirst && read.Bytes == 0 && Begin(line) is { } begin)
            {
                read = read with { Lines = begin.Lines, Last = begin.Last };
            }

            int at = line.LastIndexOf(HashKey, StringComparison.Ordinal);
            byte[] hash = at < 0 ? [] : Chain(read.Last, Encoding.UTF8.GetBytes(line[..at] + "}"));
            if (at < 0 || line[at..] != $"{HashKey}{Convert.ToHexStringLower(hash)}\"}}"
                || !line.StartsWith($"{{\"seq\":{read.Lines + 1},", StringComparison.Ordinal))
            {
                return read with { Damage = $"line {read.Lines + 1} in {path} does not fit the one before." };
            }

            read = read with
            {
                Lines = read.Lines + 1, Last = hash, First = read.Bytes == 0 ? read.Lines + 1 : read.First, Bytes = bytes,
            };
        }

        return read;
    }

    /// <summary>Returns what a file went on from that begins with its number and hash; null for the first file of all.</summary>
    private static (long Lines, byte[] Last)? Begin(string line)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(line);
            return json.RootElement.GetProperty("verb").ValueEquals(Rotate)
                && json.RootElement.GetProperty("object").GetString() is { Length: 2 * SHA256.HashSizeInBytes } hash
                ? (json.RootElement.GetProperty("seq").GetInt64() - 1, Convert.FromHexString(hash)) : null;
        }
        catch (Exception failure) when (
            failure is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            // The line is found to be damaged when it is held against its hash.
            return null;
        }
    }

    private static bool EndsALine(FileStream file)
    {
        if (file.Length == 0)
        {
            return true;
        }

        file.Position = file.Length - 1;
        bool isEnd = file.ReadByte() == '\n';
        file.Position = 0;
        return isEnd;
    }

    private static byte[] Chain(byte[] before, ReadOnlySpan<byte> line)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(before);
        hash.AppendData(line);
        return hash.GetHashAndReset();
    }

    /// <summary>Is what a log holds.</summary>
    /// <param name="Lines">The number of the last line that fits.</param>
    /// <param name="Last">Its hash.</param>
    /// <param name="First">The number of the first line of the newest file, 0 where it has none.</param>
    /// <param name="Bytes">The bytes of the newest file's lines.</param>
    /// <param name="Rest">A last line that was not written to its end, or nothing.</param>
    /// <param name="Damage">What is wrong with the next line, or null.</param>
    public readonly record struct Reading(long Lines, byte[] Last, long First, long Bytes, string Rest, string? Damage);
}
