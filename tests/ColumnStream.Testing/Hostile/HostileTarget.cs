using System.Net;

namespace ColumnStream.Testing.Hostile;

/// <summary>States whom an attack is against.</summary>
/// <param name="Address">Where the server listens.</param>
/// <param name="From">The address of this machine from which the attacker comes.</param>
/// <param name="Token">A user's token, for attacks of somebody who has one.</param>
/// <param name="Seed">What random choices are drawn from.</param>
public sealed record HostileTarget(IPEndPoint Address, IPAddress From, string Token, int Seed);
