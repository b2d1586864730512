using System;
using System.Collections.Generic;
using System.Net;
using ColumnStream.Flight.Hosting;
using ColumnStream.Planner;

namespace ColumnStream.Server.Hosting;

/// <summary>States how a server process runs.</summary>
/// <param name="DataFolder">Where catalog, jobs, users, checkpoints and savepoints lie.</param>
/// <param name="Address">Where Flight clients connect; port 0 takes a free one.</param>
/// <param name="Session">The options that each session begins with.</param>
internal sealed record ServeOptions(string DataFolder, IPEndPoint Address, PlannerOptions Session)
{
    /// <summary>Gets the PEM file of the certificate, or null for no TLS.</summary>
    public string? Certificate { get; init; }

    /// <summary>Gets the PEM file of its key; null where the certificate's file holds it.</summary>
    public string? Key { get; init; }

    /// <summary>Gets the PEM file of the roots that certificates of clients must lead to, or null.</summary>
    public string? ClientRoots { get; init; }

    /// <summary>Gets the networks that may connect to the address; none lets all in.</summary>
    public IReadOnlyList<IPNetwork> AllowedNetworks { get; init; } = [];

    /// <summary>Gets the folders that paths of SQL may lead to, beside the one in the data folder.</summary>
    public IReadOnlyList<string> AllowedFolders { get; init; } = [];

    /// <summary>Gets the networks that connectors may reach beside public addresses.</summary>
    public IReadOnlyList<IPNetwork> AllowedEgress { get; init; } = [];

    /// <summary>Gets how long a result may wait for a client that takes nothing of it, or an upload for its client; zero for ever.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Gets the most connections at a time; one user may have three quarters of what is left of them.</summary>
    public int MaxConnections { get; init; } = GrpcProfile.Clients.MaxConnections;

    /// <summary>Gets the path of a further Unix socket, or null.</summary>
    public string? UnixSocket { get; init; }

    /// <summary>Gets whether callers must say who they are.</summary>
    public bool NeedsLogin { get; init; } = true;

    /// <summary>Gets where health is asked for, or null.</summary>
    public IPEndPoint? Health { get; init; }
}
