using System;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Storage;

namespace ColumnStream.Server.Catalogs;

/// <summary>Keeps secrets of options apart from the definitions that name them, each encrypted in an object of its own.</summary>
/// <remarks>
/// <code>
/// definition: 'password' = '${secret:0f3a…}'      object secrets/0f3a…: nonce 12 | tag 16 | AES-256-GCM, its name authenticated
/// </code>
/// The name is a keyed hash of key and value: the same secret is kept once, and its name tells nothing. Thread-safe.
/// </remarks>
/// <param name="store">Where the objects lie.</param>
/// <param name="key">32 bytes.</param>
internal sealed partial class SecretVault(IObjectStore store, byte[] key)
{
    private const string Folder = "secrets/";
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    /// <summary>Reads the key of a folder, or makes one that only this user can read.</summary>
    /// <param name="file">The key.</param>
    /// <param name="store">Where the secrets lie.</param>
    /// <exception cref="ExternalException">The key is damaged, or gone while there are secrets.</exception>
    public static byte[] KeyOf(string file, IObjectStore store)
    {
        if (!File.Exists(file))
        {
            if (store.List(Folder).Count > 0)
            {
                throw new ExternalException(
                    5061, $"Key of secrets is gone: {file}. Bring it back: secrets of the catalog cannot be read without it.",
                    retryable: false);
            }

            // A process that dies here leaves no half of a key, which the next one would have to refuse.
            string begun = file + ".new";
            DurableFile.Remove(begun);
            using (DurableFile made = DurableFile.Create(begun))
            {
                if (!OperatingSystem.IsWindows())
                {
                    File.SetUnixFileMode(begun, UnixFileMode.UserRead | UnixFileMode.UserWrite);
                }

                made.Write(RandomNumberGenerator.GetBytes(32));
                made.Sync();
            }

            File.Move(begun, file);
            DurableFile.SyncFolder(Path.GetDirectoryName(Path.GetFullPath(file))!);
        }

        byte[] key = File.ReadAllBytes(file);
        return key.Length == 32 ? key : throw new ExternalException(
            5061,
            $"Key of secrets is damaged: {file} has {key.Length} bytes, not 32. Bring it back: secrets cannot be read without it.",
            retryable: false);
    }

    /// <summary>Returns what stands in a definition for an option's value: the value, or a reference to a secret that is kept now.</summary>
    public string Refer(string option, string value)
    {
        if (!OptionTable.IsSecret(option) || Reference().IsMatch(value))
        {
            return value;
        }

        byte[] plain = Encoding.UTF8.GetBytes(value);
        string id = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{option}\0{value}")))[..32];
        byte[] nonce = RandomNumberGenerator.GetBytes(NonceBytes);
        byte[] content = new byte[NonceBytes + TagBytes + plain.Length];
        nonce.CopyTo(content, 0);
        using var cipher = new AesGcm(key, TagBytes);
        cipher.Encrypt(
            nonce, plain, content.AsSpan(NonceBytes + TagBytes), content.AsSpan(NonceBytes, TagBytes), Encoding.ASCII.GetBytes(id));
        _ = store.TryCreate(NameOf(id), content);
        return $"${{secret:{id}}}";
    }

    /// <summary>Puts the secrets into a text that refers to them.</summary>
    /// <param name="text">The text.</param>
    /// <param name="quoted">Gives a value as it stands in the text.</param>
    /// <exception cref="ExternalException">A secret is gone, damaged, or of another key.</exception>
    public string Resolve(string text, Func<string, string> quoted) =>
        Reference().Replace(text, match => quoted(Find(match.Groups[1].Value)));

    private static string NameOf(string id) => Folder + id;

    private string Find(string id)
    {
        using Stream? stream = store.OpenRead(NameOf(id));
        if (stream is null)
        {
            throw new ExternalException(5061, $"Secret is gone that a definition refers to: {NameOf(id)}.", retryable: false);
        }

        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        byte[] content = copy.ToArray();
        try
        {
            byte[] plain = new byte[Math.Max(0, content.Length - NonceBytes - TagBytes)];
            using var cipher = new AesGcm(key, TagBytes);
            cipher.Decrypt(
                content.AsSpan(0, NonceBytes), content.AsSpan(NonceBytes + TagBytes), content.AsSpan(NonceBytes, TagBytes), plain,
                Encoding.ASCII.GetBytes(id));
            return Encoding.UTF8.GetString(plain);
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            throw new ExternalException(
                5061, $"Secret is damaged or was made with another key: {NameOf(id)}.", retryable: false, failure);
        }
    }

    [GeneratedRegex(@"\$\{secret:([0-9a-f]{32})\}")]
    private static partial Regex Reference();
}
