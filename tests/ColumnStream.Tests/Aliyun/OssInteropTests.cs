using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using ColumnStream.Aliyun.Checksums;
using ColumnStream.Aliyun.Credentials;
using ColumnStream.Aliyun.Oss;
using ColumnStream.Testing.Arrow;
using ColumnStream.Testing.Interop;
using ColumnStream.Testing.Oss;
using Xunit;
using Xunit.Abstractions;

namespace ColumnStream.Tests.Aliyun;

/// <summary>
/// Goal: our client and the service's own one (npm's ali-oss) understand the same emulator and each other's objects, so that
/// the emulator is not judged by our client alone. Method: each writes, the other reads; signatures are recomputed throughout.
/// </summary>
public sealed class OssInteropTests(ITestOutputHelper output) : IDisposable
{
    private static readonly string s_scripts = Path.Combine(GoldenFiles.RepositoryRoot(), "tests", "interop", "oss");

    private static readonly NodeScripts s_node = new(s_scripts, "ali-oss");

    private readonly OssEmulator _emulator = new(TimeProvider.System);
    private readonly SocketsHttpHandler _handler = OssClient.MakeHandler();

    public void Dispose()
    {
        _handler.Dispose();
        _emulator.Dispose();
    }

    [Theory]
    [InlineData(OssSignatureVersion.V1)]
    [InlineData(OssSignatureVersion.V4)]
    public async Task Each_client_reads_what_the_other_wrote(OssSignatureVersion version)
    {
        if (!s_node.AreHere(output.WriteLine))
        {
            return;
        }

        OssClient client = Client(version, new AliyunCredentials("LTAItestAccessKeyId0", "testAccessKeySecret000000000000"));
        string written = s_node.Run("node", "objects.mjs", "write", $"{_emulator.Port}", $"{version}");
        Assert.Equal(
            ["npm/big", "npm/dir one/é+file#1.txt", "npm/list/3", "npm/list/4", "npm/once", "npm/small"], _emulator.Keys);
        Assert.Equal("hello"u8.ToArray(), await ReadAsync(client, "npm/small"));
        Assert.Equal("utf8"u8.ToArray(), await ReadAsync(client, "npm/dir one/é+file#1.txt"));
        Assert.Equal("first"u8.ToArray(), await ReadAsync(client, "npm/once"));
        byte[] big = await ReadAsync(client, "npm/big");
        Assert.Equal((string)JsonNode.Parse(written)!["big"]!, Convert.ToHexStringLower(MD5.HashData(big)));
        Assert.Null(await client.TryPutAsync("npm/once", "third"u8.ToArray()));
        Assert.Equal(0, _emulator.PendingUploads);

        Dictionary<string, byte[]> ours = await WriteAsync(client);
        Check(ours, s_node.Run("node", "objects.mjs", "read", $"{_emulator.Port}", $"{version}"));

        _emulator.Accounts["STS.id"] = new OssEmulator.Account("sts secret", "STS.token/+=");
        Check(ours, s_node.Run("node", "objects.mjs", "sts", $"{_emulator.Port}", $"{version}"));
        OssClient temporary = Client(version, new AliyunCredentials("STS.id", "sts secret", "STS.token/+="));
        Assert.Equal("temporary"u8.ToArray(), await ReadAsync(temporary, "npm/sts"));
        await temporary.PutAsync("ours/sts", "x"u8.ToArray());
        await Assert.ThrowsAsync<OssException>(
            () => Client(version, new AliyunCredentials("STS.id", "sts secret", "old token")).HeadAsync("npm/sts"));
    }

    private static async Task<Dictionary<string, byte[]>> WriteAsync(OssClient client)
    {
        var ours = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach ((string key, int length) in new[] { ("ours/small", 10), ("ours/dir one/é+1.txt", 100), ("ours/big", 777_777) })
        {
            ours[key] = new byte[length];
            new Random(length).NextBytes(ours[key]);
            await using OssUpload upload = client.OpenUpload(key);
            await upload.WriteAsync(ours[key]);
            Assert.NotNull(await upload.TryCompleteAsync());
        }

        return ours;
    }

    private static void Check(Dictionary<string, byte[]> ours, string printed)
    {
        JsonArray found = JsonNode.Parse(printed)!.AsArray();
        Assert.Equal(ours.Keys.Order(StringComparer.Ordinal), found.Select(f => (string)f!["name"]!));
        foreach (JsonNode? item in found)
        {
            byte[] content = ours[(string)item!["name"]!];
            Assert.Equal(content.Length, (int)item["size"]!);
            Assert.Equal(Convert.ToHexStringLower(MD5.HashData(content)), (string)item["md5"]!);
            Assert.Equal(Convert.ToHexStringLower(content.AsSpan(1, 3)), (string)item["range"]!);
            Assert.Equal(Crc64.Of(content), ulong.Parse((string)item["crc64"]!, System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    private static async Task<byte[]> ReadAsync(OssClient client, string key)
    {
        await using OssReadStream? stream = await client.GetAsync(key);
        Assert.NotNull(stream);
        byte[] content = new byte[stream.Length];
        await stream.ReadExactlyAsync(content);
        return content;
    }

    private OssClient Client(OssSignatureVersion version, AliyunCredentials credentials) => new(
        new OssOptions(_emulator.Endpoint, OssEmulator.BucketName)
        {
            Region = OssEmulator.Region, Signature = version, PartBytes = 200_000,
        },
        new StaticCredentials(credentials), _handler, TimeProvider.System, new Random(1));
}
