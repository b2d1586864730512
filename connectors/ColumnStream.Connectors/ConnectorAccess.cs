namespace ColumnStream.Connectors;

/// <summary>States what connectors of users may reach outside this process.</summary>
/// <param name="Folders">Folders of this machine.</param>
/// <param name="Networks">Addresses.</param>
public sealed record ConnectorAccess(AllowedFolders Folders, AllowedNetworks Networks)
{
    /// <summary>Gets access to everything, as for a program that its own user runs.</summary>
    public static ConnectorAccess All { get; } = new(AllowedFolders.All, AllowedNetworks.All);
}
