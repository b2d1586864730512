using System;
using System.Collections;
using System.Collections.Generic;

namespace ColumnStream.Flight.Grpc;

/// <summary>Holds a call's headers or trailers in order; names are lower case, and <c>-bin</c> ones hold bytes.</summary>
/// <remarks>Not thread-safe. What begins with <c>grpc-</c> or <c>:</c> belongs to the protocol and is not here.</remarks>
public sealed class GrpcMetadata : IReadOnlyList<KeyValuePair<string, string>>
{
    private readonly List<KeyValuePair<string, string>> _entries = [];

    /// <summary>Gets the number of entries.</summary>
    public int Count => _entries.Count;

    /// <summary>Gets an entry; bytes are in base64.</summary>
    public KeyValuePair<string, string> this[int index] => _entries[index];

    /// <summary>Returns the first value called <paramref name="name"/>, or null.</summary>
    public string? Get(string name)
    {
        foreach (KeyValuePair<string, string> entry in _entries)
        {
            if (string.Equals(entry.Key, name, StringComparison.OrdinalIgnoreCase))
            {
                return entry.Value;
            }
        }

        return null;
    }

    /// <summary>Returns all values called <paramref name="name"/> in order.</summary>
    public IReadOnlyList<string> GetAll(string name)
    {
        List<string> values = [];
        foreach (KeyValuePair<string, string> entry in _entries)
        {
            if (string.Equals(entry.Key, name, StringComparison.OrdinalIgnoreCase))
            {
                values.Add(entry.Value);
            }
        }

        return values;
    }

    /// <summary>Returns the first value called <paramref name="name"/> as bytes, or null; the name ends in <c>-bin</c>.</summary>
    /// <exception cref="GrpcException">The value is not base64.</exception>
    public byte[]? GetBytes(string name) => Get(name) is string text ? DecodeBytes(name, text) : null;

    /// <summary>Adds a value of printable ASCII characters.</summary>
    /// <exception cref="ArgumentException">The name or value cannot travel in a header.</exception>
    public void Add(string name, string value)
    {
        name = CheckName(name);
        if (IsBinary(name))
        {
            throw new ArgumentException($"Header holds bytes: {name}.", nameof(name));
        }

        foreach (char c in value)
        {
            if (c is < ' ' or > '~')
            {
                throw new ArgumentException(
                    $"Header value has a character that is not printable ASCII. Header {name}.", nameof(value));
            }
        }

        _entries.Add(new(name, value));
    }

    /// <summary>Adds bytes; the name ends in <c>-bin</c>.</summary>
    /// <exception cref="ArgumentException">The name cannot travel in a header or does not end in <c>-bin</c>.</exception>
    public void Add(string name, ReadOnlySpan<byte> value)
    {
        name = CheckName(name);
        if (!IsBinary(name))
        {
            throw new ArgumentException($"Header of bytes must end in -bin: {name}.", nameof(name));
        }

        _entries.Add(new(name, EncodeBytes(value)));
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _entries.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => _entries.GetEnumerator();

    /// <summary>Adds what came from the wire; what belongs to the protocol is left out.</summary>
    internal void AddReceived(string name, string value)
    {
        name = name.ToLowerInvariant();
        if (!IsReserved(name))
        {
            _entries.Add(new(name, value));
        }
    }

    internal static string EncodeBytes(ReadOnlySpan<byte> value) => Convert.ToBase64String(value).TrimEnd('=');

    /// <summary>Decodes base64 with or without padding.</summary>
    internal static byte[] DecodeBytes(string name, string text)
    {
        text = text.TrimEnd('=');
        var bytes = new byte[(text.Length * 3 / 4) + 3];
        return Convert.TryFromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='), bytes, out int written)
            ? bytes.AsSpan(0, written).ToArray()
            : throw new GrpcException(GrpcStatusCode.InvalidArgument, $"Header is not base64: {name}.");
    }

    private static bool IsBinary(string name) => name.EndsWith("-bin", StringComparison.Ordinal);

    private static bool IsReserved(string name) =>
        name.StartsWith(':') || name.StartsWith("grpc-", StringComparison.Ordinal) || name is "content-type" or "te";

    private static string CheckName(string name)
    {
        name = name.ToLowerInvariant();
        foreach (char c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
            {
                throw new ArgumentException($"Header name has an unknown character: {name}.", nameof(name));
            }
        }

        return name.Length > 0 && !IsReserved(name)
            ? name
            : throw new ArgumentException($"Header name belongs to the protocol: {name}.", nameof(name));
    }
}
