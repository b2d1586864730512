using System;
using System.IO;
using System.Net;
using System.Threading.Tasks;
using ColumnStream.Data;
using ColumnStream.Planner;
using ColumnStream.Server.Hosting;
using ColumnStream.Tests.Server.Session;

namespace ColumnStream.Tests.Data;

/// <summary>Runs a whole server in a folder of its own, behind a socket of the file system, with a data source of the driver.</summary>
internal sealed class ServedDriver : IAsyncDisposable
{
    private ServedDriver(string folder, ServeHost host, string token, string more)
    {
        Folder = folder;
        Host = host;
        Source = new ColumnStreamDataSource($"Host={SocketOf(folder)};Token={token}{more}");
    }

    public string Folder { get; }

    public ServeHost Host { get; private set; }

    public ColumnStreamDataSource Source { get; }

    public static async Task<ServedDriver> StartAsync(string more = "")
    {
        string folder = Directory.CreateTempSubdirectory("columnstream-driver-").FullName;
        ServeHost host = await HostAsync(folder);
        return new ServedDriver(folder, host, host.FirstToken!, more);
    }

    /// <summary>Takes the server away at once, and brings another one up in its place that knows what it knew.</summary>
    public async Task RestartAsync()
    {
        await Host.DisposeAsync().AsTask().WaitAsync(SessionWorld.Limit);
        Host = await HostAsync(Folder);
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await Host.DisposeAsync().AsTask().WaitAsync(SessionWorld.Limit);
        Directory.Delete(Folder, recursive: true);
    }

    private static string SocketOf(string folder) => Path.Combine(folder, "s");

    private static async Task<ServeHost> HostAsync(string folder)
    {
        var host = new ServeHost(
            new ServeOptions(Path.Combine(folder, "data"), new IPEndPoint(IPAddress.Loopback, 0), PlannerOptions.Default)
            {
                UnixSocket = SocketOf(folder), AllowedFolders = [folder],
            },
            TextWriter.Null, TextWriter.Null);
        await host.StartAsync(default);
        return host;
    }
}
