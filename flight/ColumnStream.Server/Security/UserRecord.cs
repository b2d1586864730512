using System.Collections.Generic;

namespace ColumnStream.Server.Security;

/// <summary>Is a user as it is kept: never a password or a token, only what they are compared with.</summary>
/// <param name="Name">The name.</param>
/// <param name="Role">What the user may do.</param>
internal sealed record UserRecord(string Name, string Role)
{
    /// <summary>Gets the password's salt, rounds and hash, or null where the user has tokens only.</summary>
    public string? Password { get; init; }

    /// <summary>Gets the tokens.</summary>
    public IReadOnlyList<TokenRecord> Tokens { get; init; } = [];

    /// <summary>Gets whether the user is gone.</summary>
    public bool IsRemoved { get; init; }
}
