using System;
using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Runtime.Checkpoints;

/// <summary>Adds to a small JSON record the beginning of the SHA-256 of its bytes, as its last property.</summary>
/// <remarks>
/// A bit that flips in a number leaves good JSON with another meaning: a generation whose first epoch grew would start the job
/// from nothing. A record without the property is one of an earlier version.
/// </remarks>
internal static class SealedRecord
{
    private const string Head = ",\"Seal\":\"";
    private const string Tail = "\"}";
    private const int Digits = 16;
    private const int Length = 9 + Digits + 2;

    private static readonly SearchValues<char> s_hexadecimal = SearchValues.Create("0123456789abcdef");

    /// <summary>Returns the record with its seal.</summary>
    public static byte[] Seal(ReadOnlySpan<byte> json)
    {
        return [.. json[..^1], .. Encoding.ASCII.GetBytes(Head + Hash(json) + Tail)];
    }

    /// <summary>Checks the seal of a record that has one.</summary>
    /// <exception cref="ExternalException">The bytes are not those that were written.</exception>
    public static void Check(ReadOnlySpan<byte> record, string name)
    {
        if (record.Length < Length)
        {
            return;
        }

        // No record of an earlier version ends with a text of so many hexadecimal digits: where one does, or where the name is
        // that of the seal, there was a seal, and whatever is not as it was written is damage.
        string seal = Encoding.Latin1.GetString(record[^Length..]);
        string digits = seal.Substring(Head.Length, Digits);
        bool isNamed = seal.StartsWith(Head, StringComparison.Ordinal);
        bool isHash = seal[Head.Length - 1] == '"' && seal.EndsWith(Tail, StringComparison.Ordinal)
            && !digits.AsSpan().ContainsAnyExcept(s_hexadecimal);
        if (!isNamed && !isHash)
        {
            return;
        }

        byte[] json = [.. record[..^Length], (byte)'}'];
        if (!isNamed || digits != Hash(json))
        {
            throw new ExternalException(5011, $"Checkpoint record is damaged: {name}.", retryable: false);
        }
    }

    private static string Hash(ReadOnlySpan<byte> json) => Convert.ToHexStringLower(SHA256.HashData(json))[..Digits];
}
