using System;
using System.Buffers;
using System.Collections.Generic;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using ColumnStream.Connectors.Formats;
using ColumnStream.Engine.Storage;

namespace ColumnStream.Connectors.Files;

/// <summary>Appends wrong records to a file of JSON lines, each once.</summary>
/// <remarks>
/// A line depends on the record, its file and offset alone. After a restart some records come again: lines that the file
/// holds already are not written again, which makes dead letters exactly-once without a commit. Several readers may share
/// the file: each line is one append.
/// </remarks>
/// <param name="path">The file.</param>
/// <param name="folders">Where paths may lead.</param>
internal sealed class DeadLetterFile(string path, AllowedFolders folders) : IDisposable
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly HashSet<UInt128> _written = [];
    private readonly ArrayBufferWriter<byte> _line = new();
    private DurableFile? _file;
    private bool _isDirty;

    /// <summary>Writes a record; false when the file has it.</summary>
    public bool Write(DecodeError error)
    {
        _file ??= Open();
        Format(error);
        if (!_written.Add(Identity(_line.WrittenSpan[..^1])))
        {
            return false;
        }

        _file.Write(_line.WrittenSpan);
        _file.Flush();
        _isDirty = true;
        return true;
    }

    /// <summary>Makes all lines survive a crash.</summary>
    public void Sync()
    {
        if (_isDirty)
        {
            _file!.Sync();
            _isDirty = false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    private static UInt128 Identity(ReadOnlySpan<byte> line)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(line, hash);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }

    private DurableFile Open()
    {
        folders.Resolve(path);
        bool torn = FileErrors.Guard("read", path, ReadIdentities);
        DurableFile file = DurableFile.Append(path);
        if (torn)
        {
            file.Write("\n"u8);
        }

        return file;
    }

    /// <summary>Notes every line of the file; true when the last one has no end.</summary>
    private bool ReadIdentities()
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        if (!File.Exists(path))
        {
            return false;
        }

        byte[] bytes = File.ReadAllBytes(path);
        int start = 0;
        while (true)
        {
            int length = bytes.AsSpan(start).IndexOf((byte)'\n');
            if (length < 0)
            {
                return start < bytes.Length;
            }

            _written.Add(Identity(bytes.AsSpan(start, length)));
            start += length + 1;
        }
    }

    private void Format(DecodeError error)
    {
        _line.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_line, Options))
        {
            json.WriteStartObject();
            json.WriteString("file", error.File);
            json.WriteNumber("offset", error.Offset);
            json.WriteNumber("line", error.Line);
            json.WriteNumber("column", error.Column);
            json.WriteString("field", error.Field);
            json.WriteString("code", error.Code.ToString());
            json.WriteString("detail", error.Detail);
            if (Utf8.IsValid(error.Raw.Span))
            {
                json.WriteString("raw", Encoding.UTF8.GetString(error.Raw.Span));
            }
            else
            {
                json.WriteBase64String("raw_base64", error.Raw.Span);
            }

            json.WriteEndObject();
        }

        _line.Write("\n"u8);
    }
}
