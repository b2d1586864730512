using System;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ColumnStream.Server.Security;

/// <summary>Makes of a password what may be kept: <c>pbkdf2-sha256$600000$salt$hash</c>.</summary>
internal static class PasswordHash
{
    private const int Rounds = 600_000;
    private const int Bytes = 32;
    private const string Kind = "pbkdf2-sha256";

    /// <summary>Gets a hash that no password has, so that unknown users take as long as wrong passwords.</summary>
    public static string Nobody { get; } = Write(new byte[16], new byte[Bytes]);

    /// <summary>Hashes a password with a salt of its own.</summary>
    public static string Of(string password)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(16);
        return Write(salt, Derive(password, salt, Rounds));
    }

    /// <summary>Compares a password, in a time that tells nothing.</summary>
    public static bool Fits(string password, string kept)
    {
        string[] parts = kept.Split('$');
        return parts.Length == 4 && parts[0] == Kind
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int rounds)
            && rounds is > 0 and <= 10_000_000
            && CryptographicOperations.FixedTimeEquals(
                Derive(password, Convert.FromBase64String(parts[2]), rounds), Convert.FromBase64String(parts[3]));
    }

    private static byte[] Derive(string password, byte[] salt, int rounds) =>
        Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, rounds, HashAlgorithmName.SHA256, Bytes);

    private static string Write(byte[] salt, byte[] hash) => string.Create(
        CultureInfo.InvariantCulture, $"{Kind}${Rounds}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}");
}
