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
/// not fit (<see cref="Verify"/>); lines cut off the end show by nothing but their absence. Thread-safe.
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
        (_sequence, _last, string? damage) = Verify(path);
        if (damage is not null)
        {
            throw new ExternalException(
                5061, $"Audit log was changed: {damage} Keep it for who looks into that, and move it away to begin a new one.",
                retryable: false);
        }

        _file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.Read,
            UnixCreateMode = OperatingSystem.IsWindows() ? null : UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
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
            _file.Write(whole);
            _file.Flush();
            (_last, _sequence) = (hash, _sequence + 1);
        }
    }

    /// <summary>Reads a log: the number of its lines, the last hash, and what is wrong with it, or null.</summary>
    public static (long Lines, byte[] Last, string? Damage) Verify(string path)
    {
        byte[] last = new byte[SHA256.HashSizeInBytes];
        long lines = 0;
        if (!File.Exists(path))
        {
            return (0, last, null);
        }

        foreach (string line in File.ReadLines(path))
        {
            int at = line.LastIndexOf(HashKey, StringComparison.Ordinal);
            byte[] hash = at < 0 ? [] : Chain(last, Encoding.UTF8.GetBytes(line[..at] + "}"));
            if (at < 0 || line[at..] != $"{HashKey}{Convert.ToHexStringLower(hash)}\"}}")
            {
                return (lines, last, $"line {lines + 1} of {path} does not fit the one before.");
            }

            (last, lines) = (hash, lines + 1);
        }

        return (lines, last, null);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static byte[] Chain(byte[] before, ReadOnlySpan<byte> line)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(before);
        hash.AppendData(line);
        return hash.GetHashAndReset();
    }
}
