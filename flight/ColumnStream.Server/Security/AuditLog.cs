using System;
using System.Buffers;
using System.IO;
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
/// not fit (<see cref="AuditTrail"/>); lines cut off the end show by nothing but their absence. A full file is closed under the number of
/// its first line, and the chain goes on in a new one; closed files are nobody's to remove but the operator's. Thread-safe.
/// </remarks>
internal sealed class AuditLog : IDisposable
{
    /// <summary>The bytes from which on a file is closed.</summary>
    public const long DefaultFileBytes = 64 << 20;

    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.Default };
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly string _path;
    private readonly long _mostBytes;
    private readonly ArrayBufferWriter<byte> _line = new();
    private FileStream _file;
    private byte[] _last;
    private long _sequence;
    private long _first;

    /// <summary>Opens the log and goes on behind its last line.</summary>
    /// <param name="path">The newest file.</param>
    /// <param name="time">The clock.</param>
    /// <param name="mostBytes">The bytes from which on a file is closed.</param>
    /// <exception cref="ExternalException">A line of the newest two files is damaged.</exception>
    public AuditLog(string path, TimeProvider time, long mostBytes = DefaultFileBytes)
    {
        _time = time;
        _path = path;
        _mostBytes = mostBytes;
        AuditTrail.Reading read = AuditTrail.Read(path, most: 2);
        if (read.Damage is not null)
        {
            throw new ExternalException(
                5061, $"Audit log was changed: {read.Damage} Keep it for who looks into that, and move it away to begin a new one.",
                retryable: false);
        }

        (_sequence, _last, _first) = (read.Lines, read.Last, read.First);
        _file = Open(path);
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
            if (_file.Position >= _mostBytes)
            {
                Close();
            }

            if (_file.Position == 0 && _sequence > 0)
            {
                Add("", null, AuditTrail.Rotate, Convert.ToHexStringLower(_last), Auditor.Allowed, "");
            }

            Add(user, from, verb, subject, decision, request);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static FileStream Open(string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.Read | FileShare.Delete, BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }

    /// <summary>Closes a full file and begins the next; where that is not possible the full one grows on, since lines matter more.</summary>
    private void Close()
    {
        string closed = AuditTrail.ClosedName(_path, _first);
        bool isMoved = false;
        try
        {
            File.Move(_path, closed);
            isMoved = true;
            FileStream next = Open(_path);
            _file.Dispose();
            _file = next;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            if (isMoved)
            {
                File.Move(closed, _path);
            }
        }
    }

    private void Add(string user, string? from, string verb, string subject, string decision, string request)
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

        byte[] line = AuditTrail.Seal(_last, _line.WrittenSpan, out byte[] hash);
        _first = _file.Position == 0 ? _sequence + 1 : _first;
        Append(line);
        (_last, _sequence) = (hash, _sequence + 1);
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
}
