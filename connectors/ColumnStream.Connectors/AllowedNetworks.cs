using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Connectors;

/// <summary>Tells which addresses connectors of users may reach: public ones, and networks that were opened. Immutable.</summary>
/// <remarks>Addresses are judged behind the look-up of a name, and the connection goes to one that was judged.</remarks>
public sealed class AllowedNetworks
{
    /// <summary>Number of the error for addresses that may not be reached.</summary>
    public const int Code = 3167;

    /// <summary>This machine, its neighbours, and what clouds tell their machines: 100.100.100.200 and 169.254.169.254 are among them.</summary>
    private static readonly IPNetwork[] s_closed =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3", "::/96", "64:ff9b:1::/48", "fc00::/7", "fe80::/9", "ff00::/8",
        }.Select(static network => IPNetwork.Parse(network)),
    ];

    private static readonly IPNetwork s_nat64 = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork s_6to4 = IPNetwork.Parse("2002::/16");
    private readonly IReadOnlyList<IPNetwork>? _open;
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve;

    /// <summary>Closes private networks but for those that are opened.</summary>
    /// <param name="open">The networks that are open beside public addresses.</param>
    /// <param name="resolve">Looks up a name.</param>
    public AllowedNetworks(IReadOnlyList<IPNetwork> open, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
    {
        _open = open;
        _resolve = resolve;
    }

    private AllowedNetworks() => _resolve = static (_, _) => throw new InvalidOperationException("Names are not looked up here.");

    /// <summary>Gets what opens all addresses, as for a program that its own user runs.</summary>
    public static AllowedNetworks All { get; } = new();

    /// <summary>Gets whether all addresses are open.</summary>
    public bool IsAll => _open is null;

    /// <summary>Tells whether an address may be reached.</summary>
    public bool IsOpen(IPAddress address)
    {
        if (_open is null)
        {
            return true;
        }

        IPAddress real = Unwrapped(address);
        return _open.Any(network => network.Contains(real)) || !s_closed.Any(network => network.Contains(real));
    }

    /// <summary>Looks up a host, all of whose addresses may be reached.</summary>
    /// <exception cref="UserException">One may not.</exception>
    /// <exception cref="ExternalException">The name is not known.</exception>
    public async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellation)
    {
        IPAddress[] addresses;
        try
        {
            // What other programs take for a number, as 2130706433 or 0x7f.1, is a name here that is looked up.
            addresses = IPAddress.TryParse(host, out IPAddress? literal)
                ? [literal] : await _resolve(host, cancellation).ConfigureAwait(false);
        }
        catch (SocketException failure)
        {
            throw new ExternalException(5000, $"Host cannot be found: {host}. {failure.Message}", retryable: true, failure);
        }

        return addresses.Length == 0
            ? throw new ExternalException(5000, $"Host has no address: {host}.", retryable: true)
            : Array.Find(addresses, address => !IsOpen(address)) is not { } closed ? addresses
            : throw new UserException(
                Code,
                $"Host '{host}' has the address {closed}, which this server keeps SQL from reaching. Expected a public address; "
                + "'columnstream serve --allow-egress' opens networks.");
    }

    /// <summary>Connects an HTTP client to an address that was judged; for <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        IPAddress[] addresses = await ResolveAsync(context.DnsEndPoint.Host, cancellation).ConfigureAwait(false);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Returns the address of version 4 that one of version 6 stands for.</summary>
    private static IPAddress Unwrapped(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        byte[] bytes = address.GetAddressBytes();
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4()
            : s_nat64.Contains(address) ? new IPAddress(bytes.AsSpan(12, 4))
            : s_6to4.Contains(address) ? new IPAddress(bytes.AsSpan(2, 4))
            : address;
    }
}
