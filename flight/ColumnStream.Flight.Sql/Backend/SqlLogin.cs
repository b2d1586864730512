namespace ColumnStream.Flight.Sql.Backend;

/// <summary>States who calls.</summary>
/// <param name="User">The user's name.</param>
/// <param name="Token">What the caller sends with every call, or empty where none is needed.</param>
/// <param name="OwnsSession">
/// Whether the token was made for one login, so that a session may hang on it; a lasting token is shared.
/// </param>
public sealed record SqlLogin(string User, string Token, bool OwnsSession)
{
    /// <summary>Gets where the caller is, or null.</summary>
    public string? From { get; init; }
}
