namespace ColumnStream.Server.Security;

/// <summary>Is a token as it is kept.</summary>
/// <param name="Hash">SHA-256 of the token, in hexadecimal.</param>
/// <param name="CreatedMs">When it was made.</param>
/// <param name="ExpiresMs">When it ends, or null.</param>
internal sealed record TokenRecord(string Hash, long CreatedMs, long? ExpiresMs);
