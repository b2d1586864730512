namespace ColumnStream.Server.Security;

/// <summary>Is who asks, once it is known.</summary>
/// <param name="Name">The user.</param>
/// <param name="Role">What the user may do.</param>
internal sealed record Principal(string Name, Role Role);
