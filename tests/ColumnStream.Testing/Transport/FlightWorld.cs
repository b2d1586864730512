using System.Collections.Generic;
using System.IO;
using ColumnStream.Flight.Transport;
using ColumnStream.Runtime.Transport;
using ColumnStream.Testing.Contracts;
using ColumnStream.Testing.Flight;

namespace ColumnStream.Testing.Transport;

/// <summary>Is nodes that speak Flight, each with connections of its own.</summary>
public sealed class FlightWorld : ThreadedWorld
{
    private readonly List<FlightTransport> _transports = [];
    private readonly TempFolder _folder = new();
    private readonly TestCertificates? _certificates;
    private readonly string _scheme;
    private int _names;

    /// <param name="scheme"><c>http</c>, <c>https</c> (with certificates of both ends) or <c>unix</c>.</param>
    public FlightWorld(string scheme)
    {
        _scheme = scheme;
        _certificates = scheme == "https" ? new TestCertificates("nodes") : null;
    }

    public override ITransport TransportOf(int node)
    {
        while (_transports.Count <= node)
        {
            _transports.Add(new FlightTransport(new FlightTransportOptions
            {
                Allocator = Memory,
                Certificate = _certificates?.Server,
                ClientCertificate = _certificates?.Client,
                Roots = _certificates?.Roots,
            }));
        }

        return _transports[node];
    }

    public override TransportEndpoint DeadEndpoint() =>
        new(_scheme == "unix" ? $"unix:{Path.Combine(_folder.Path, "nobody")}" : $"{_scheme}://localhost:1");

    public override TransportEndpoint FreeEndpoint() => new(
        _scheme == "unix" ? $"unix:{Path.Combine(_folder.Path, $"n{_names++}")}" : $"{_scheme}://localhost:0");

    protected override void Close()
    {
        foreach (FlightTransport transport in _transports)
        {
            Wait(transport.DisposeAsync().AsTask());
        }

        base.Close();
        _certificates?.Dispose();
        _folder.Dispose();
    }
}
