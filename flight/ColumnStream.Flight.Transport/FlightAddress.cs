using System;
using System.Globalization;
using System.Net;
using ColumnStream.Engine.Errors;
using ColumnStream.Flight.Grpc;
using ColumnStream.Flight.Hosting;
using ColumnStream.Runtime.Transport;

namespace ColumnStream.Flight.Transport;

/// <summary>Reads endpoints: <c>http://host:port</c>, <c>https://host:port</c>, <c>unix:/path</c>.</summary>
internal static class FlightAddress
{
    private const string Unix = "unix:";

    /// <summary>Returns how to call a node.</summary>
    public static GrpcChannelOptions Channel(TransportEndpoint endpoint, FlightTransportOptions options)
    {
        var channel = new GrpcChannelOptions
        {
            ConnectTimeout = options.ConnectTimeout,
            KeepAlive = options.KeepAlive,
            MaxDataMessageBytes = options.MaxFrameBytes + (1 << 20),
            MaxMessageBytes = options.MaxRequestBytes,
            Roots = options.Roots,
            ClientCertificate = options.ClientCertificate ?? options.Certificate,
            UsesDirectHttp2 = options.UsesDirectHttp2,
            Time = options.Time,
        };
        if (endpoint.Address.StartsWith(Unix, StringComparison.Ordinal))
        {
            return channel with { UnixSocket = endpoint.Address[Unix.Length..] };
        }

        Uri uri = Parse(endpoint);
        return channel with { Host = uri.Host, Port = uri.Port, IsEncrypted = uri.Scheme == Uri.UriSchemeHttps };
    }

    /// <summary>Returns how to listen.</summary>
    /// <exception cref="UserException">The endpoint is none, or would show frames to the network.</exception>
    public static GrpcListener Listener(TransportEndpoint endpoint, FlightTransportOptions options)
    {
        if (endpoint.Address.StartsWith(Unix, StringComparison.Ordinal))
        {
            return GrpcListener.Unix(endpoint.Address[Unix.Length..]);
        }

        Uri uri = Parse(endpoint);
        IPAddress address = uri.Host == "localhost" ? IPAddress.Loopback
            : IPAddress.TryParse(uri.Host.Trim('[', ']'), out IPAddress? parsed) ? parsed
            : throw Wrong(endpoint, "an IP address of this machine");
        if (uri.Scheme == Uri.UriSchemeHttps)
        {
            return new GrpcListener
            {
                Address = new IPEndPoint(address, uri.Port),
                Certificate = options.Certificate ?? throw Wrong(endpoint, "a certificate for https"),
                ClientRoots = options.Roots,
            };
        }

        return IPAddress.IsLoopback(address)
            ? new GrpcListener { Address = new IPEndPoint(address, uri.Port) }
            : throw Wrong(endpoint, "https where other machines can connect");
    }

    /// <summary>Returns where a node is reached that listens there.</summary>
    public static TransportEndpoint Reached(TransportEndpoint endpoint, IPEndPoint? taken) => taken is null
        ? endpoint
        : new TransportEndpoint(string.Create(
            CultureInfo.InvariantCulture, $"{Parse(endpoint).Scheme}://{Parse(endpoint).Host}:{taken.Port}"));

    private static Uri Parse(TransportEndpoint endpoint) =>
        Uri.TryCreate(endpoint.Address, UriKind.Absolute, out Uri? uri)
        && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
            ? uri
            : throw Wrong(endpoint, "http://host:port, https://host:port or unix:/path");

    private static UserException Wrong(TransportEndpoint endpoint, string expected) =>
        new(3111, $"Endpoint of a node is wrong: '{endpoint}'. Expected {expected}.");
}
