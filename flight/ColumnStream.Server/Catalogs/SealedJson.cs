using System;
using System.Globalization;
using System.IO;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Storage;

namespace ColumnStream.Server.Catalogs;

/// <summary>Keeps JSON in objects whose last line is their checksum, so that a flipped bit is an error and no other definition.</summary>
internal static class SealedJson
{
    private const string Mark = "\n//crc32c ";

    /// <summary>Creates an object; false when it exists.</summary>
    public static bool TryCreate<T>(IObjectStore store, string name, T value, JsonTypeInfo<T> type)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(value, type);
        byte[] seal = Encoding.ASCII.GetBytes(
            Mark + Crc32C.Append(0, json).ToString("x8", CultureInfo.InvariantCulture) + "\n");
        return store.TryCreate(name, [.. json, .. seal]);
    }

    /// <summary>Reads an object; null when it does not exist.</summary>
    /// <exception cref="ExternalException">It is damaged.</exception>
    public static T? Read<T>(IObjectStore store, string name, JsonTypeInfo<T> type)
        where T : class
    {
        using Stream? stream = store.OpenRead(name);
        if (stream is null)
        {
            return null;
        }

        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        ReadOnlySpan<byte> bytes = copy.GetBuffer().AsSpan(0, (int)copy.Length);
        int at = bytes.LastIndexOf(Encoding.ASCII.GetBytes(Mark));
        if (at < 0 || !uint.TryParse(
                Encoding.ASCII.GetString(bytes[(at + Mark.Length)..]).TrimEnd(), NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture, out uint seal) || seal != Crc32C.Append(0, bytes[..at]))
        {
            throw Damaged(name, "its checksum does not fit", null);
        }

        try
        {
            return JsonSerializer.Deserialize(bytes[..at], type) ?? throw Damaged(name, "it is empty", null);
        }
        catch (JsonException failure)
        {
            throw Damaged(name, failure.Message, failure);
        }
    }

    private static ExternalException Damaged(string name, string why, Exception? cause) => new(
        5061, $"Object cannot be read: {name}; {why}. Bring it back from a copy, or remove it to go on with the version before.",
        retryable: false, cause);
}
