using System;
using System.Security.Cryptography;
using System.Text;

namespace ColumnStream.Server.Security;

/// <summary>Makes tokens, 256 random bits behind <c>cst_</c>, and what is kept of them.</summary>
internal static class AccessToken
{
    /// <summary>Makes a token.</summary>
    public static string Make() =>
        "cst_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    /// <summary>Returns what a token is found by; it tells nothing of the token.</summary>
    public static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
