using System;
using System.Collections.Generic;
using System.Net.Http;
using System.Threading.Tasks;
using ColumnStream.Aliyun.Credentials;
using ColumnStream.Aliyun.Oss;
using ColumnStream.Connectors.Oss;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Storage;
using ColumnStream.Testing.Contracts;
using ColumnStream.Testing.Oss;
using Xunit;

namespace ColumnStream.Tests.Connectors;

/// <summary>A bucket keeps the contract of stores; parts are as small as the service allows, so that large objects have several.</summary>
public sealed class OssStoreContractTests : ObjectStoreContract, IDisposable
{
    private readonly OssEmulator _emulator = new(TimeProvider.System);
    private readonly SocketsHttpHandler _handler = OssClient.MakeHandler();
    private readonly Dictionary<string, string> _options;

    public OssStoreContractTests() => _options = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["fs.oss.endpoint"] = _emulator.Endpoint.ToString(),
        ["fs.oss.region"] = OssEmulator.Region,
        ["fs.oss.accessKeyId"] = "LTAItestAccessKeyId0",
        ["fs.oss.accessKeySecret"] = "testAccessKeySecret000000000000",
        ["fs.oss.multipart.upload.size"] = "100 kb",
    };

    public void Dispose()
    {
        int pending = _emulator.PendingUploads;
        _handler.Dispose();
        _emulator.Dispose();
        Assert.Equal(0, pending);
    }

    [Fact]
    public async Task A_bucket_with_versions_is_refused_at_the_start()
    {
        _emulator.HasVersions = true;
        ExternalException refused = await Assert.ThrowsAsync<ExternalException>(
            async () => await StoreCheck.RunAsync(Open(), "n", "oss://cs-bucket/jobs"));
        Assert.Equal(5016, refused.Code);
        Assert.Contains("versioning", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parts_of_dead_writers_go_when_they_are_old()
    {
        IObjectStore store = Open();
        OssClient dead = Client();
        await dead.StartUploadAsync("jobs/a/data/1");
        await dead.StartUploadAsync("elsewhere/1");
        Assert.Equal(0, await store.RemoveLeftoversAsync(TimeSpan.FromHours(24)));
        Assert.Equal(1, await store.RemoveLeftoversAsync(TimeSpan.FromHours(-1)));
        Assert.Equal(1, _emulator.PendingUploads);
        foreach (OssPendingUpload upload in await dead.ListUploadsAsync(null))
        {
            await dead.AbortUploadAsync(upload.Key, upload.UploadId);
        }
    }

    [Fact]
    public async Task What_others_keep_in_the_bucket_is_not_listed()
    {
        foreach (string key in new[] { "jobs/a/", "jobs/a/.hidden", "jobs/b/x", "jobs/ab", "x" })
        {
            await Client().PutAsync(key, Array.Empty<byte>());
        }

        IObjectStore store = Open();
        Assert.True(store.TryCreate("data", "x"u8));
        Assert.Equal(["data"], store.List(""));
    }

    [Fact]
    public void Errors_are_the_engines_and_say_whether_to_try_again()
    {
        IObjectStore store = Open();
        _options["fs.oss.accessKeySecret"] = "wrong";
        ExternalException refused = Assert.Throws<ExternalException>(() => Open().TryCreate("a", "x"u8));
        Assert.Equal((5015, false), (refused.Code, refused.IsRetryable));
        Assert.Contains("oss://cs-bucket/jobs/a/a", refused.Message, StringComparison.Ordinal);
        _options["fs.oss.bucket.cs-bucket.accessKeySecret"] = "testAccessKeySecret000000000000";
        Assert.True(Open().TryCreate("a", "x"u8));
        using IObjectWriter writer = store.Create("b");
        _emulator.Fault = call => call.Parameter("partNumber") is null ? OssFault.None : OssFault.Throttled;
        ExternalException throttled = Assert.Throws<ExternalException>(() =>
        {
            writer.Stream.Write(new byte[300_000]);
            writer.Complete();
        });
        Assert.True(throttled.IsRetryable);
    }

    [Theory]
    [InlineData("fs.oss.endpoint", null, "oss-cn-hangzhou.aliyuncs.com")]
    [InlineData("fs.oss.endpoint", "ftp://x", "http://")]
    [InlineData("fs.oss.region", null, "fs.oss.region")]
    [InlineData("fs.oss.accessKeyId", null, "other half")]
    [InlineData("fs.oss.signature.version", "V5", "V1 or V4")]
    [InlineData("fs.oss.multipart.upload.size", "1 kb", "100 kb")]
    [InlineData("fs.oss.attempts.maximum", "0", "1 to 100")]
    public void A_wrong_option_is_said_with_what_was_expected(string key, string? value, string expected)
    {
        _options.Remove(key);
        if (value is not null)
        {
            _options[key] = value;
        }

        UserException wrong = Assert.Throws<UserException>(Open);
        Assert.Contains(expected, wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("testAccessKeySecret", wrong.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_credentials_anywhere_all_ways_to_give_them_are_named()
    {
        _options.Remove("fs.oss.accessKeyId");
        _options.Remove("fs.oss.accessKeySecret");
        UserException missing = Assert.Throws<UserException>(Open);
        Assert.Contains("OSS_ACCESS_KEY_ID", missing.Message, StringComparison.Ordinal);
        var variables = new Dictionary<string, string>
        {
            ["OSS_ACCESS_KEY_ID"] = "LTAItestAccessKeyId0", ["OSS_ACCESS_KEY_SECRET"] = "testAccessKeySecret000000000000",
        };
        Assert.True(Open("oss://cs-bucket/jobs", variables.GetValueOrDefault).TryCreate("a", "x"u8));
    }

    protected override IObjectStore Open() => Open("oss://cs-bucket/jobs/a", static _ => null);

    private IObjectStore Open(string location, Func<string, string?> environment) => OssStoreOptions.Open(
        location, key => _options.GetValueOrDefault(key), environment, _handler, TimeProvider.System, new Random(1));

    private OssClient Client() => new(
        new OssOptions(_emulator.Endpoint, OssEmulator.BucketName) { Region = OssEmulator.Region },
        new StaticCredentials(
            new AliyunCredentials("LTAItestAccessKeyId0", "testAccessKeySecret000000000000")),
        _handler, TimeProvider.System, new Random(2));
}
