namespace ColumnStream.Server.Shell;

/// <summary>Says which server the shell talks to, and as whom.</summary>
/// <param name="Host">The host.</param>
/// <param name="Port">The port.</param>
internal sealed record ServerAddress(string Host, int Port)
{
    /// <summary>Gets whether the connection is encrypted.</summary>
    public bool HasTls { get; init; }

    /// <summary>Gets the PEM file of the authorities that the server's certificate must lead to; null trusts the system's.</summary>
    public string? Roots { get; init; }

    /// <summary>Gets the user, or null.</summary>
    public string? User { get; init; }

    /// <summary>Gets the user's password, or null.</summary>
    public string? Password { get; init; }

    /// <summary>Gets the token; null where there is a user, or where none is needed.</summary>
    public string? Token { get; init; }
}
