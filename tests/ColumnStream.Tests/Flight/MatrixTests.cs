using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;
using ColumnStream.Flight.Hosting;
using ColumnStream.Testing.Contracts;
using ColumnStream.Testing.Flight;
using ColumnStream.Testing.Interop;
using Xunit;
using Xunit.Abstractions;

namespace ColumnStream.Tests.Flight;

/// <summary>
/// Goal: every rule of gRPC holds over every kind of connection, and between us and the C core. Method: one matrix of fifteen checks,
/// by our client against our server and Python's, and by Python's client against our server.
/// </summary>
public sealed class MatrixTests(ITestOutputHelper output) : IDisposable
{
    private readonly TestCertificates _ours = new("ours");
    private readonly TempFolder _folder = new();

    public void Dispose()
    {
        _ours.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    [InlineData(true, true, false)]
    [InlineData(false, false, true)]
    [InlineData(true, true, true)]
    public async Task Plain_and_compressed(bool compressesRequests, bool compressesResponses, bool isDirect)
    {
        await using MatrixServer server = await MatrixServer.StartAsync(
            change: o => o with { CompressesResponses = compressesResponses });
        using GrpcChannel channel = server.Connect(o => o with { UsesDirectHttp2 = isDirect });
        await new MatrixClient(channel, compressesRequests).RunAsync();
        await server.Routes.Cancelled.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Empty(server.Errors);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Over_a_unix_socket_that_only_its_user_may_open(bool isDirect)
    {
        string path = Path.Combine(_folder.Path, "s");
        await using MatrixServer server = await MatrixServer.StartAsync(GrpcListener.Unix(path));
        using GrpcChannel channel = server.Connect(o => o with { UnixSocket = path, UsesDirectHttp2 = isDirect });
        await new MatrixClient(channel).RunAsync();
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Over_tls(bool isDirect)
    {
        await using MatrixServer server = await MatrixServer.StartAsync(Secure(mutual: false));
        using GrpcChannel channel = server.Connect(o => o with { IsEncrypted = true, Roots = _ours.Roots, UsesDirectHttp2 = isDirect });
        await new MatrixClient(channel).RunAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Over_tls_with_a_certificate_of_the_client(bool isDirect)
    {
        await using MatrixServer server = await MatrixServer.StartAsync(Secure(mutual: true));
        using GrpcChannel channel = server.Connect(
            o => o with
            {
                IsEncrypted = true, Roots = _ours.Roots, ClientCertificate = _ours.Client, UsesDirectHttp2 = isDirect,
            });
        await new MatrixClient(channel).RunAsync();
    }

    /// <summary>Breaks when a check of certificates is left out on either side.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Certificates_of_others_are_refused_on_both_sides(bool isDirect)
    {
        using var theirs = new TestCertificates("theirs");
        await using MatrixServer server = await MatrixServer.StartAsync(Secure(mutual: true), isDirect: isDirect);
        foreach ((X509Certificate2Collection roots, X509Certificate2? own) in new[]
        {
            (theirs.Roots, _ours.Client), (_ours.Roots, theirs.Client), (_ours.Roots, null), (_ours.Roots, _ours.Server),
        })
        {
            using GrpcChannel channel = server.Connect(o => o with { IsEncrypted = true, Roots = roots, ClientCertificate = own });
            GrpcException error = await MatrixClient.FailsAsync(() => new MatrixClient(channel).AskAsync("Echo", default));
            Assert.Equal(GrpcStatusCode.Unavailable, error.Status.Code);
        }

        using GrpcChannel plain = server.Connect();
        await MatrixClient.FailsAsync(() => new MatrixClient(plain).AskAsync("Echo", default));
        using GrpcChannel named = server.Connect(
            o => o with { Host = "127.0.0.2", IsEncrypted = true, Roots = _ours.Roots, ClientCertificate = _ours.Client });
        await MatrixClient.FailsAsync(() => new MatrixClient(named).AskAsync("Echo", default));
        using GrpcChannel right = server.Connect(
            o => o with { IsEncrypted = true, Roots = _ours.Roots, ClientCertificate = _ours.Client });
        await new MatrixClient(right).AskAsync("Echo", default);
    }

    [Theory]
    [InlineData("h2c")]
    [InlineData("gzip")]
    [InlineData("unix")]
    [InlineData("tls")]
    [InlineData("mtls")]
    public async Task The_c_core_as_client(string kind)
    {
        if (!await PythonScript.HasAsync("grpc"))
        {
            output.WriteLine("skipped: python3-grpcio is not installed");
            return;
        }

        _ours.Write(_folder.Path);
        string path = Path.Combine(_folder.Path, "s");
        await using MatrixServer server = await MatrixServer.StartAsync(
            kind switch
            {
                "unix" => GrpcListener.Unix(path),
                "tls" or "mtls" => Secure(kind == "mtls"),
                _ => null,
            },
            o => o with { CompressesResponses = kind == "gzip" });
        string target = kind == "unix" ? "unix:" + path : string.Create(CultureInfo.InvariantCulture, $"localhost:{server.Port}");
        string[] more = kind switch { "gzip" => ["--gzip"], "tls" or "mtls" => ["--" + kind, _folder.Path], _ => [] };
        (int code, string said) = await PythonScript.RunAsync(["matrix_client.py", target, .. more]);
        Assert.True(code == 0, said);
        Assert.Contains("15 checks", said, StringComparison.Ordinal);
        await server.Routes.Cancelled.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Empty(server.Errors);
    }

    [Theory]
    [InlineData("h2c", false)]
    [InlineData("gzip", false)]
    [InlineData("tls", false)]
    [InlineData("mtls", false)]
    [InlineData("h2c", true)]
    [InlineData("gzip", true)]
    [InlineData("tls", true)]
    [InlineData("mtls", true)]
    public async Task The_c_core_as_server(string kind, bool isDirect)
    {
        if (!await PythonScript.HasAsync("grpc"))
        {
            output.WriteLine("skipped: python3-grpcio is not installed");
            return;
        }

        _ours.Write(_folder.Path);
        string[] more = kind switch { "gzip" => ["--gzip"], "tls" or "mtls" => ["--" + kind, _folder.Path], _ => [] };
        (Process process, string line) = await PythonScript.ServeAsync(["matrix_server.py", .. more]);
        using (process)
        {
            bool isSecure = kind is "tls" or "mtls";
            using var channel = new GrpcChannel(new GrpcChannelOptions
            {
                Host = "localhost",
                Port = int.Parse(line, CultureInfo.InvariantCulture),
                IsEncrypted = isSecure,
                Roots = isSecure ? _ours.Roots : null,
                ClientCertificate = kind == "mtls" ? _ours.Client : null,
                UsesDirectHttp2 = isDirect,
            });
            await new MatrixClient(channel, compresses: kind == "gzip").RunAsync();
            process.StandardInput.Close();
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        }
    }

    private GrpcListener Secure(bool mutual) => new()
    {
        Address = new IPEndPoint(IPAddress.Loopback, 0),
        Certificate = _ours.Server,
        ClientRoots = mutual ? _ours.Roots : null,
    };
}
