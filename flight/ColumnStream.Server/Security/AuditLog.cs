using System;
using System.Buffers;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Threading;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Server.Security;

/// <summary>Writes who did what, or was not let: one JSON object a line, each with a hash over itself and the line before.</summary>
/// <remarks>
/// <code>
/// {"seq":7,"at":"2026-11-23T07:00:00.000Z","user":"ann","from":"10.0.0.7","verb":"INSERT","object":"orders","decision":"allowed",
///  "request":"3f2a…","hash":"sha256(hash of line 6 ‖ this line without its hash)"}
/// </code>
/// Never holds the text of a statement, since that may hold secrets. A line that was changed, removed or put in shows as a hash that does
/// not fit (<see cref="Read"/>); lines cut off the end show by nothing but their absence. Thread-safe.
/// </remarks>
internal sealed class AuditLog : IDisposable
{
    private const string HashKey = ",\"hash\":\"";
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.Default };
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly FileStream _file;
    private readonly ArrayBufferWriter<byte> _line = new();
    private byte[] _last;
    private long _sequence;

    /// <summary>Opens the log and goes on behind its last line.</summary>
    /// <exception cref="ExternalException">The last line is damaged.</exception>
    public AuditLog(string path, TimeProvider time)
    {
        _time = time;
        Reading read = Read(path);
        if (read.Damage is not null)
        {
            throw new ExternalException(
                5061, $"Audit log was changed: {read.Damage} Keep it for who looks into that, and move it away to begin a new one.",
                retryable: false);
        }

        (_sequence, _last) = (read.Lines, read.Last);
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        _file = new FileStream(path, options);
        _file.SetLength(read.Bytes);
        _file.Position = read.Bytes;
        if (read.Rest.Length > 0)
        {
            // A process that dies while it writes leaves the beginning of a line, which is kept as what it is.
            Write("", null, "recover", read.Rest, "torn", "");
        }
    }

    /// <summary>Adds a line; it is with the system before this returns.</summary>
    /// <param name="user">Who, or who it claims to be.</param>
    /// <param name="from">From where, or null.</param>
    /// <param name="verb">What was done or asked for.</param>
    /// <param name="subject">With what; empty where the verb says all.</param>
    /// <param name="decision">Whether it was allowed, denied, or failed to prove who it is.</param>
    /// <param name="request">The number of the request.</param>
    public void Write(string user, string? from, string verb, string subject, string decision, string request)
    {
        lock (_gate)
        {
            _line.ResetWrittenCount();
            using (var json = new Utf8JsonWriter(_line, s_options))
            {
                json.WriteStartObject();
                json.WriteNumber("seq", _sequence + 1);
                json.WriteString("at", _time.GetUtcNow().UtcDateTime);
                json.WriteString("user", user);
                json.WriteString("from", from);
                json.WriteString("verb", verb);
                json.WriteString("object", subject);
                json.WriteString("decision", decision);
                json.WriteString("request", request);
                json.WriteEndObject();
            }

            byte[] hash = Chain(_last, _line.WrittenSpan);
            ReadOnlySpan<byte> open = _line.WrittenSpan[..^1];
            byte[] whole = [.. open, .. Encoding.ASCII.GetBytes($"{HashKey}{Convert.ToHexStringLower(hash)}\"}}\n")];
            Append(whole);
            (_last, _sequence) = (hash, _sequence + 1);
        }
    }

    /// <summary>Reads a log and holds each line against the one before.</summary>
    public static Reading Read(string path)
    {
        var read = new Reading(0, new byte[SHA256.HashSizeInBytes], 0, string.Empty, null);
        if (!File.Exists(path))
        {
            return read;
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        bool isWhole = EndsALine(file);
        var lines = new StreamReader(file, Encoding.UTF8, detectEncodingFromByteOrderMarks: false);
        while (lines.ReadLine() is { } line)
        {
            long bytes = read.Bytes + Encoding.UTF8.GetByteCount(line) + 1;
            if (lines.EndOfStream && !isWhole)
            {
                return read with { Rest = line };
            }

            int at = line.LastIndexOf(HashKey, StringComparison.Ordinal);
            byte[] hash = at < 0 ? [] : Chain(read.Last, Encoding.UTF8.GetBytes(line[..at] + "}"));
            if (at < 0 || line[at..] != $"{HashKey}{Convert.ToHexStringLower(hash)}\"}}")
            {
                return read with { Damage = $"line {read.Lines + 1} of {path} does not fit the one before." };
            }

            read = read with { Lines = read.Lines + 1, Last = hash, Bytes = bytes };
        }

        return read;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

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

    private void Append(byte[] line)
    {
        long end = _file.Position;
        try
        {
            _file.Write(line);
        }
        catch (IOException)
        {
            // On a full disk a part may have gone in: the next line must not stand behind it.
            _file.SetLength(end);
            _file.Position = end;
            throw;
        }
    }

    private static byte[] Chain(byte[] before, ReadOnlySpan<byte> line)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(before);
        hash.AppendData(line);
        return hash.GetHashAndReset();
    }

    /// <summary>Is what a log holds.</summary>
    /// <param name="Lines">The number of lines that fit.</param>
    /// <param name="Last">The hash of the last of them.</param>
    /// <param name="Bytes">The bytes of them.</param>
    /// <param name="Rest">A last line that was not written to its end, or nothing.</param>
    /// <param name="Damage">What is wrong with the next line, or null.</param>
    public readonly record struct Reading(long Lines, byte[] Last, long Bytes, string Rest, string? Damage);
}
