using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using ColumnStream.Data;
using ColumnStream.Testing.Chaos;
using ColumnStream.Testing.Contracts;
using ColumnStream.Testing.Flight;
using ColumnStream.Testing.Interop;
using Xunit;
using Xunit.Abstractions;

namespace ColumnStream.Tests.Server.Hosting;

/// <summary>
/// Goal: the real program speaks TLS 1.2 and 1.3 and nothing older, to clients of others and to the driver, under an authority of one's own and
/// with certificates of clients. Method: <c>columnstream serve</c> as a process; an older hello written by hand, since no client sends one any more.
/// </summary>
public sealed class ServeTlsTests(ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);
    private readonly TempFolder _folder = new();
    private readonly TestCertificates _certificates = new("ours");
    private ServerProcess? _server;

    public void Dispose()
    {
        _server?.Dispose();
        _certificates.Dispose();
        _folder.Dispose();
    }

    /// <summary>Breaks when an old version is taken, a new one refused, or anything but HTTP/2 agreed on.</summary>
    [Fact]
    public async Task Old_versions_are_refused_and_new_ones_speak_http2()
    {
        (IPEndPoint address, _) = Start();
        foreach (SslProtocols version in new[] { SslProtocols.Tls12, SslProtocols.Tls13 })
        {
            using var client = new TcpClient();
            await client.ConnectAsync(address);
            await using var tls = new SslStream(client.GetStream());
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "localhost", EnabledSslProtocols = version,
                ApplicationProtocols = [SslApplicationProtocol.Http11, SslApplicationProtocol.Http2],
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck,
                    CustomTrustStore = { _certificates.Roots[0] },
                },
            }).WaitAsync(s_limit);
            Assert.Equal((version, SslApplicationProtocol.Http2), (tls.SslProtocol, tls.NegotiatedApplicationProtocol));
        }

        // The same hello of version 1.2 is answered by a handshake, so that it is the version alone that is refused.
        Assert.Equal(22, (await HelloAsync(address, 3))[0]);
        foreach (byte old in new byte[] { 0, 1, 2 })
        {
            byte[] answer = await HelloAsync(address, old);
            bool isAlert = answer.Length >= 7 && answer[0] == 21 && answer[5] == 2;
            Assert.True(answer.Length == 0 || isAlert, $"SSL 3.{old}: {Convert.ToHexString(answer)}");
        }
    }

    /// <summary>Breaks when the driver takes a server of another authority, or cannot speak to one of its own.</summary>
    [Fact]
    public async Task The_driver_trusts_the_authority_that_it_is_given()
    {
        (IPEndPoint address, string token) = Start("--tls-client-ca", _folder.At("roots.pem"));
        using var theirs = new TestCertificates("theirs");
        string other = Directory.CreateDirectory(_folder.At("theirs")).FullName;
        theirs.Write(other);
        string server = $"Host=localhost;Port={address.Port};Token={token};Pooling=false;Tls=true;Timeout=10";
        string own = $";Client Certificate={_folder.At("client.pem")};Client Key={_folder.At("client.key")}";
        await using (var connection = new ColumnStreamConnection($"{server};Root Certificate={_folder.At("roots.pem")}{own}"))
        {
            await connection.OpenAsync();
            Assert.Equal("42", Convert.ToString(
                await connection.CreateCommand("SELECT 6 * 7").ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture));
        }

        foreach (string wrong in new[]
        {
            own, $";Root Certificate={other}/roots.pem{own}", $";Root Certificate={_folder.At("roots.pem")}",
            $";Root Certificate={_folder.At("roots.pem")};Client Certificate={other}/client.pem;Client Key={other}/client.key",
        })
        {
            await using var connection = new ColumnStreamConnection(server + wrong);
            await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => connection.OpenAsync());
        }
    }

    /// <summary>Breaks when the C core cannot play a session with the program, with and without a certificate of its own.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Python_plays_a_session(bool mutual)
    {
        if (!await PythonScript.HasAsync("grpc"))
        {
            output.WriteLine("skipped: apt-get install python3-grpcio");
            return;
        }

        (IPEndPoint address, string token) = mutual ? Start("--tls-client-ca", _folder.At("roots.pem")) : Start();
        string[] session = ["flight_session.py", $"localhost:{address.Port}", token, _folder.Path];
        (int code, string said) = await PythonScript.RunAsync(mutual ? [.. session, "--mtls"] : session);
        Assert.True(said.StartsWith("needle-42\nUNAUTHENTICATED\n", StringComparison.Ordinal) && code == 0, said);
        if (mutual)
        {
            (code, said) = await PythonScript.RunAsync(session);
            Assert.True(code != 0 && !said.Contains("needle", StringComparison.Ordinal), said);
        }
    }

    /// <summary>Sends the hello of a client that knows no version but 3.<paramref name="minor"/>; returns what the server says first.</summary>
    private static async Task<byte[]> HelloAsync(IPEndPoint address, byte minor)
    {
        byte[] extensions =
        [
            0, 10, 0, 4, 0, 2, 0, 23,                                       // groups: P-256
            0, 11, 0, 2, 1, 0,                                              // points: plain
            0, 13, 0, 6, 0, 4, 4, 3, 2, 3,                                  // signatures: ECDSA with SHA-256 and SHA-1
            0, 16, 0, 5, 0, 3, 2, (byte)'h', (byte)'2',                     // protocols: h2
        ];
        byte[] body =
        [
            3, minor, .. new byte[32], 0, 0, 6, 0xc0, 0x2b, 0xc0, 0x09, 0xc0, 0x0a, 1, 0, 0, (byte)extensions.Length, .. extensions,
        ];
        byte[] hello = [22, 3, Math.Min(minor, (byte)1), 0, (byte)(body.Length + 4), 1, 0, 0, (byte)body.Length, .. body];
        using var client = new TcpClient();
        await client.ConnectAsync(address);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(hello);
        var answer = new byte[64];
        try
        {
            int count = await stream.ReadAsync(answer).AsTask().WaitAsync(s_limit);
            return answer[..count];
        }
        catch (IOException)
        {
            // A reset is an answer too: nothing was agreed on.
            return [];
        }
    }

    private (IPEndPoint Address, string Token) Start(params string[] more)
    {
        _certificates.Write(_folder.Path);
        _server = new ServerProcess(
            _folder.Path,
            [
                "serve", "--data", "data", "--listen", "127.0.0.1:0", "--tls-cert", _folder.At("server.pem"), "--tls-key",
                _folder.At("server.key"), .. more,
            ],
            new Dictionary<string, string>
            {
                ["COLUMNSTREAM_RUNTIME_DIR"] = Directory.CreateDirectory(_folder.At("run")).FullName,
            });
        Assert.True(_server.WaitUntil(() => _server.Output.Contains("serves Flight SQL", StringComparison.Ordinal)), _server.Output);
        return (
            IPEndPoint.Parse(Regex.Match(_server.Output, @"grpc\+tls://([0-9.:]+)").Groups[1].Value),
            Regex.Match(_server.Output, "cst_[A-Za-z0-9_-]+").Value);
    }
}
