using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using ColumnStream.Connectors.Formats;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Storage;

namespace ColumnStream.Connectors.Jdbc;

/// <summary>Keeps encoded rows until their epoch: few in memory and then in the manifest, more in objects beside the checkpoints.</summary>
/// <remarks>
/// <code>
/// sinks/{sink}/{shard}-{generation}-{run}-{n}.rows      tuples of the binary COPY form, without its header and trailer
/// </code>
/// Whoever commits an epoch removes its objects; what an unclaimed epoch left is removed by the next start.
/// </remarks>
internal sealed class StagedRows(IObjectStore store, string folder, string name, OutputBuffer output) : IDisposable
{
    /// <summary>Rows of an epoch up to this size stand in the manifest, so that small epochs cost no object.</summary>
    private const int InlineBytes = 16 << 10;
    private const int DrainBytes = 256 << 10;
    private const long PartBytes = 256 << 20;

    private readonly List<StagedPart> _parts = [];
    private IObjectWriter? _object;
    private string _objectName = string.Empty;
    private long _length;
    private uint _crc;
    private int _count;

    /// <summary>Moves what was encoded out of memory once it is worth it.</summary>
    public void Flush()
    {
        if (output.Length < DrainBytes)
        {
            return;
        }

        Drain();
        if (_length >= PartBytes)
        {
            Close();
        }
    }

    /// <summary>Makes all rows so far durable; the next ones begin anew.</summary>
    public (IReadOnlyList<StagedPart> Parts, byte[] Inline) Complete()
    {
        byte[] inline = [];
        if (_object is null && output.Length <= InlineBytes)
        {
            inline = output.Written.ToArray();
            output.Clear();
        }
        else
        {
            Drain();
            Close();
        }

        StagedPart[] parts = [.. _parts];
        _parts.Clear();
        return (parts, inline);
    }

    /// <summary>Copies an object to <paramref name="to"/> and compares size and checksum.</summary>
    /// <exception cref="ExternalException">It is gone or damaged.</exception>
    public static void Copy(IObjectStore store, IObjectStore? former, StagedPart part, Stream to)
    {
        using Stream from = store.OpenRead(part.Name) ?? former?.OpenRead(part.Name)
            ?? throw Gone(part, "does not exist");
        byte[] block = new byte[DrainBytes];
        long length = 0;
        uint crc = Crc32C.Empty;
        for (int read = from.Read(block); read > 0; read = from.Read(block))
        {
            crc = Crc32C.Append(crc, block.AsSpan(0, read));
            length += read;
            to.Write(block, 0, read);
        }

        if (length != part.Length || crc != part.Crc)
        {
            throw Gone(part, string.Create(
                CultureInfo.InvariantCulture, $"has {length} bytes with checksum {crc:x8}, not {part.Length} with {part.Crc:x8}"));
        }
    }

    public void Dispose()
    {
        _object?.Dispose();
        _object = null;
    }

    private static ExternalException Gone(StagedPart part, string what) =>
        new(5012, $"Prepared rows are lost: {part.Name} {what}.", retryable: false);

    private void Drain()
    {
        if (output.Length == 0)
        {
            return;
        }

        if (_object is null)
        {
            _objectName = string.Create(CultureInfo.InvariantCulture, $"{folder}{name}-{_count++}.rows");
            _object = store.Create(_objectName);
            _length = 0;
            _crc = Crc32C.Empty;
        }

        _crc = Crc32C.Append(_crc, output.Written);
        _length += output.Length;
        output.Drain(_object.Stream);
    }

    private void Close()
    {
        if (_object is not null)
        {
            _object.Complete();
            _object.Dispose();
            _object = null;
            _parts.Add(new StagedPart(_objectName, _length, _crc));
        }
    }
}
