using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Aliyun.Credentials;
using ColumnStream.Aliyun.Http;
using ColumnStream.Aliyun.Oss;
using ColumnStream.Testing.Oss;
using Xunit;

namespace ColumnStream.Tests.Aliyun;

/// <summary>
/// Goal: whatever the network and the service do, an answer is true. Method: the emulator breaks requests before and behind
/// their work; what stands in the bucket afterwards is compared with what was told.
/// </summary>
public sealed class OssClientTests : IDisposable
{
    private const string Id = "LTAItestAccessKeyId0";
    private const string Secret = "testAccessKeySecret000000000000";

    private readonly OssEmulator _emulator = new(TimeProvider.System);
    private readonly SocketsHttpHandler _handler = OssClient.MakeHandler();

    public void Dispose()
    {
        _handler.Dispose();
        _emulator.Dispose();
    }

    [Theory]
    [InlineData(OssSignatureVersion.V1, true)]
    [InlineData(OssSignatureVersion.V1, false)]
    [InlineData(OssSignatureVersion.V4, true)]
    [InlineData(OssSignatureVersion.V4, false)]
    public async Task Both_signatures_and_both_addressings_are_understood(OssSignatureVersion signature, bool isPathStyle)
    {
        // The bucket is a part of the host then, which no name service knows.
        _handler.ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync("127.0.0.1", _emulator.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        };
        var endpoint = isPathStyle ? _emulator.Endpoint : new Uri("http://oss-cn-hangzhou.aliyuncs.com");
        OssClient client = Client(o => o with { Endpoint = endpoint, Region = "cn-hangzhou", Signature = signature });
        foreach (string key in new[] { "a", "dir one/é+file#1.txt", "b&<c>?x=%41", "a/../b", "~-_.!*'()" })
        {
            byte[] content = Encoding.UTF8.GetBytes(key);
            Assert.NotNull(await client.TryPutAsync(key, content));
            Assert.Null(await client.TryPutAsync(key, content));
            Assert.Equal(content, await ReadAsync(client, key));
            Assert.Equal(content.Length, (await client.HeadAsync(key))!.Length);
        }

        OssListing listing = await client.ListAsync("", delimiter: "/");
        Assert.Equal(["a/", "dir one/"], listing.Folders);
        Assert.Equal(["a", "b&<c>?x=%41", "~-_.!*'()"], listing.Objects.Select(o => o.Key));
        await client.DeleteAsync("dir one/é+file#1.txt");
        await client.DeleteAsync(["a", "b&<c>?x=%41", "a/../b"]);
        Assert.Equal(["~-_.!*'()"], _emulator.Keys);
        Assert.Null(await client.GetAsync("a"));
    }

    [Theory]
    [InlineData(OssFault.ErrorBefore)]
    [InlineData(OssFault.ErrorBehind)]
    [InlineData(OssFault.ResetBefore)]
    [InlineData(OssFault.ResetBehind)]
    [InlineData(OssFault.SilenceBehind)]
    [InlineData(OssFault.Throttled)]
    public async Task A_conditional_put_tells_the_truth_after_a_lost_answer(OssFault fault)
    {
        OssClient client = Client(o => o with { Timeout = TimeSpan.FromMilliseconds(300) });
        FailFirst("PUT", fault);
        Assert.NotNull(await client.TryPutAsync("claim/1", "ours"u8.ToArray()));
        Assert.Equal("ours"u8.ToArray(), await ReadAsync(client, "claim/1"));

        // Somebody else's object of the same length, and of another one: a lost answer must not make it ours.
        foreach ((string key, byte[] content) in new[] { ("claim/2", "they"u8.ToArray()), ("claim/3", "others"u8.ToArray()) })
        {
            await client.PutAsync(key, content);
            FailFirst("PUT", fault);
            Assert.Null(await client.TryPutAsync(key, "ours"u8.ToArray()));
            Assert.Equal(content, await ReadAsync(client, key));
        }
    }

    [Theory]
    [InlineData("POST", OssFault.ErrorBehind)]
    [InlineData("POST", OssFault.ResetBehind)]
    [InlineData("POST", OssFault.ErrorBefore)]
    [InlineData("PUT", OssFault.ResetBehind)]
    [InlineData("PUT", OssFault.ChangedByte)]
    public async Task Parts_make_one_whole_object_whatever_answer_is_lost(string method, OssFault fault)
    {
        byte[] content = Bytes(1_000_000);
        OssClient client = Client(o => o with { PartBytes = 150_000, ParallelParts = 3 });
        int calls = 0;
        _emulator.Fault = call => call.Method == method && call.Parameter("uploadId") is not null && calls++ == 0 ? fault : OssFault.None;
        await using (OssUpload upload = client.OpenUpload("big"))
        {
            for (int done = 0; done < content.Length; done += 77_777)
            {
                await upload.WriteAsync(content.AsMemory(done, Math.Min(77_777, content.Length - done)));
            }

            OssObject? made = await upload.TryCompleteAsync();
            Assert.NotNull(made);
        }

        Assert.True(calls > 0);
        Assert.Equal(content, await ReadAsync(client, "big"));
        Assert.Equal(0, _emulator.PendingUploads);
    }

    [Fact]
    public async Task An_upload_that_fails_or_is_dropped_leaves_no_parts()
    {
        OssClient client = Client(o => o with { PartBytes = 150_000, ParallelParts = 3, Retry = o.Retry with { Attempts = 2 } });
        OssUpload dropped = client.OpenUpload("dropped");
        await dropped.WriteAsync(Bytes(500_000));
        Assert.Equal(1, _emulator.PendingUploads);
        await dropped.DisposeAsync();

        _emulator.Fault = call => call.Parameter("partNumber") == "2" ? OssFault.ErrorBefore : OssFault.None;
        OssUpload failing = client.OpenUpload("failing");
        OssException failure = await Assert.ThrowsAsync<OssException>(async () =>
        {
            await failing.WriteAsync(Bytes(2_000_000));
            await failing.TryCompleteAsync();
        });
        Assert.True(failure.IsRetryable);
        await failing.DisposeAsync();
        Assert.Equal(0, _emulator.PendingUploads);
        Assert.Empty(_emulator.Keys);
    }

    /// <summary>Uploads that begin in one moment are apart: an emulator that gave two of them one id would lose parts of real jobs.</summary>
    [Fact]
    public async Task Uploads_that_begin_together_do_not_meet()
    {
        OssClient client = Client(o => o with { PartBytes = 150_000 });
        string[] keys = [.. Enumerable.Range(0, 200).Select(i => $"together/{i}")];
        await Task.WhenAll(keys.Select(async key =>
        {
            await using OssUpload upload = client.OpenUpload(key);
            await upload.WriteAsync(Encoding.UTF8.GetBytes(key));
            (string id, IReadOnlyList<OssPart> parts) = await upload.PrepareAsync();
            Assert.NotNull(await client.TryCompleteUploadAsync(key, id, parts));
        }));
        foreach (string key in keys)
        {
            Assert.Equal(key, Encoding.UTF8.GetString(_emulator.Content(key)));
        }
    }

    [Fact]
    public async Task An_upload_forbids_to_overwrite_and_gives_its_parts_back()
    {
        OssClient client = Client(o => o with { PartBytes = 150_000 });
        await client.PutAsync("there", "old"u8.ToArray());
        await using OssUpload upload = client.OpenUpload("there");
        await upload.WriteAsync(Bytes(500_000));
        Assert.Null(await upload.TryCompleteAsync());
        Assert.Equal("old"u8.ToArray(), await ReadAsync(client, "there"));
        Assert.Equal(0, _emulator.PendingUploads);
    }

    [Theory]
    [InlineData(0, long.MaxValue)]
    [InlineData(1000, 300_000)]
    public async Task A_read_goes_on_behind_broken_answers(long offset, long length)
    {
        byte[] content = Bytes(400_000);
        OssClient client = Client();
        await client.PutAsync("read", content);
        int gets = 0;
        _emulator.Fault = call => call.Method == "GET" && gets++ < 4 ? OssFault.HalfBody : OssFault.None;
        int count = (int)Math.Min(length, content.Length - offset);
        Assert.Equal(content.AsSpan((int)offset, count).ToArray(), await ReadAsync(client, "read", offset, length));
        Assert.Equal(5, gets);
    }

    [Fact]
    public async Task A_read_never_mixes_two_contents_of_one_key()
    {
        OssClient client = Client();
        await client.PutAsync("read", Bytes(400_000));
        int gets = 0;
        _emulator.Fault = call => call.Method == "GET" && gets++ == 0 ? OssFault.HalfBody : OssFault.None;
        await using OssReadStream stream = (await client.GetAsync("read"))!;
        byte[] buffer = new byte[10_000];
        await stream.ReadExactlyAsync(buffer);
        await client.PutAsync("read", Bytes(400_001));
        OssException failure = await Assert.ThrowsAsync<OssException>(async () =>
        {
            while (await stream.ReadAsync(buffer) > 0)
            {
            }
        });
        Assert.Equal("Changed", failure.Code);
    }

    [Fact]
    public async Task Bytes_that_change_on_the_way_are_found_out_both_ways()
    {
        OssClient client = Client(o => o with { Retry = o.Retry with { Attempts = 3 } });
        await client.PutAsync("x", Bytes(100_000));
        _emulator.Fault = call => call.Method == "GET" ? OssFault.ChangedByte : OssFault.None;
        OssException read = await Assert.ThrowsAsync<OssException>(() => ReadAsync(client, "x"));
        Assert.Equal("ChecksumMismatch", read.Code);

        // Small bodies carry their MD5, and the server refuses; large ones are compared by their CRC-64.
        _emulator.Fault = call => call.Method == "PUT" ? OssFault.ChangedByte : OssFault.None;
        OssException small = await Assert.ThrowsAsync<OssException>(() => client.PutAsync("y", Bytes(1000)));
        Assert.Equal("InvalidDigest", small.Code);
        OssException large = await Assert.ThrowsAsync<OssException>(() => client.PutAsync("y", Bytes(2_000_000)));
        Assert.Equal("ChecksumMismatch", large.Code);
    }

    [Fact]
    public async Task A_wrong_clock_is_corrected_by_the_first_answer()
    {
        foreach (double hours in new[] { 3.0, -3.0, 0 })
        {
            _emulator.Skew = TimeSpan.FromHours(hours);
            OssClient client = Client();
            int before = _emulator.Calls.Count;
            Assert.NotNull(await client.PutAsync("clock", Bytes(10)));
            Assert.NotNull(await client.HeadAsync("clock"));
            Assert.Equal(hours == 0 ? 2 : 3, _emulator.Calls.Count - before);
            Assert.Equal(hours, client.ClockSkew.TotalHours, 0.1);
        }
    }

    [Fact]
    public async Task Errors_name_bucket_object_code_and_request_and_hold_no_secret()
    {
        _emulator.Accounts[Id] = new OssEmulator.Account("another secret", "TOKEN-very-secret");
        OssClient client = Client(credentials: new StaticCredentials(new AliyunCredentials(Id, Secret, "TOKEN-very-secret")));
        OssException failure = await Assert.ThrowsAsync<OssException>(() => client.PutAsync("some/key", Bytes(10)));
        Assert.Equal(("SignatureDoesNotMatch", 403, "cs-bucket", "some/key"), (failure.Code, failure.Status, failure.Bucket, failure.Key));
        Assert.False(failure.IsRetryable);
        foreach (string part in new[] { "SignatureDoesNotMatch", "oss://cs-bucket/some/key", "5C3D9175B6FC201293AD4567" })
        {
            Assert.Contains(part, failure.Message, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(Secret, failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("TOKEN-very-secret", failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, new AliyunCredentials(Id, Secret, "TOKEN-very-secret").ToString(), StringComparison.Ordinal);
        Assert.Single(_emulator.Calls);
    }

    [Fact]
    public async Task Nobody_there_is_an_error_after_all_tries()
    {
        OssClient client = Client(o => o with { Endpoint = new Uri("http://127.0.0.1:1"), Retry = o.Retry with { Attempts = 3 } });
        OssException failure = await Assert.ThrowsAsync<OssException>(() => client.HeadAsync("x"));
        Assert.Equal(("Connection", true), (failure.Code, failure.IsRetryable));
        _emulator.Fault = _ => OssFault.Throttled;
        client = Client(o => o with { Retry = o.Retry with { Attempts = 4 } });
        failure = await Assert.ThrowsAsync<OssException>(() => client.HeadAsync("x"));
        Assert.Equal((503, true), (failure.Status, failure.IsRetryable));
        Assert.Equal(4, _emulator.Calls.Count);
    }

    [Fact]
    public async Task Temporary_credentials_are_fetched_before_they_end_and_again_when_refused()
    {
        int fetched = 0;
        DateTimeOffset ends = TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(60);
        using var provider = new RefreshingCredentials(
            _ =>
            {
                fetched++;
                _emulator.Accounts["sts"] = new OssEmulator.Account($"secret {fetched}", $"token {fetched}", ends);
                return Task.FromResult(new AliyunCredentials("sts", $"secret {fetched}", $"token {fetched}", ends));
            },
            TimeProvider.System,
            TimeSpan.FromMinutes(5));
        OssClient client = Client(credentials: provider);
        await client.PutAsync("a", Bytes(10));
        await client.PutAsync("b", Bytes(10));
        Assert.Equal(1, fetched);

        // The service takes the token back early: one more fetch, and the request works.
        _emulator.Accounts["sts"] = new OssEmulator.Account("secret 1", "token 1", TimeProvider.System.GetUtcNow());
        await client.PutAsync("c", Bytes(10));
        Assert.Equal(2, fetched);

        // Close to the end they are fetched without being refused first.
        ends = TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(4);
        provider.Refuse(await provider.GetAsync(CancellationToken.None));
        await client.PutAsync("d", Bytes(10));
        await client.PutAsync("e", Bytes(10));
        Assert.Equal(4, fetched);
    }

    [Fact]
    public async Task Credentials_come_as_json_from_an_address_and_an_answer_without_them_is_not_shown()
    {
        string body = """{"Code":"Success","AccessKeyId":"i","AccessKeySecret":"s","SecurityToken":"t","Expiration":"2030-01-02T03:04:05Z"}""";
        using var server = new LoopbackServer(_ => new HttpAnswer(200, Encoding.UTF8.GetBytes(body)));
        using var http = new HttpMessageInvoker(_handler, disposeHandler: false);
        var address = new Uri($"http://127.0.0.1:{server.Port}/role");
        AliyunCredentials credentials = await CredentialsUri.FetchAsync(http, address, TimeProvider.System, CancellationToken.None);
        Assert.Equal(("i", "s", "t"), (credentials.AccessKeyId, credentials.AccessKeySecret, credentials.SecurityToken));
        Assert.Equal(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero), credentials.Expires);
        body = """{"AccessKeyId":"i","AccessKeySecret":"hidden" """;
        HttpRequestException failure = await Assert.ThrowsAsync<HttpRequestException>(
            () => CredentialsUri.FetchAsync(http, address, TimeProvider.System, CancellationToken.None));
        Assert.DoesNotContain("hidden", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Waits_double_up_to_a_limit_and_are_spread()
    {
        var policy = new RetryPolicy(10, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2));
        double[] longest = [.. Enumerable.Range(1, 7).Select(i => policy.DelayAfter(i, 1).TotalMilliseconds)];
        Assert.Equal([100.0, 200, 400, 800, 1600, 2000, 2000], longest);
        Assert.Equal(200, policy.DelayAfter(3, 0).TotalMilliseconds);
        Assert.Equal(300, policy.DelayAfter(3, 0.5).TotalMilliseconds);
    }

    [Fact]
    public async Task Lists_go_on_by_token_and_by_key()
    {
        OssClient client = Client();
        string[] keys = [.. Enumerable.Range(0, 25).Select(i => $"k/{i:D2}")];
        foreach (string key in keys)
        {
            await client.PutAsync(key, Bytes(1));
        }

        var all = new List<string>();
        string? token = null;
        do
        {
            OssListing page = await client.ListAsync("k/", 10, token);
            all.AddRange(page.Objects.Select(o => o.Key));
            token = page.Next;
        }
        while (token is not null);
        Assert.Equal(keys, all);
        Assert.Equal(keys[20..], (await client.ListAsync("k/", after: "k/19")).Objects.Select(o => o.Key));
    }

    private static byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private static async Task<byte[]> ReadAsync(OssClient client, string key, long offset = 0, long length = long.MaxValue)
    {
        await using OssReadStream? stream = await client.GetAsync(key, offset, length);
        Assert.NotNull(stream);
        byte[] content = new byte[stream.Length];
        await stream.ReadExactlyAsync(content);
        Assert.Equal(0, await stream.ReadAsync(new byte[1]));
        return content;
    }

    private void FailFirst(string method, OssFault fault)
    {
        int calls = 0;
        _emulator.Fault = call => call.Method == method && calls++ == 0 ? fault : OssFault.None;
    }

    private OssClient Client(Func<OssOptions, OssOptions>? change = null, CredentialsProvider? credentials = null)
    {
        var options = new OssOptions(_emulator.Endpoint, OssEmulator.BucketName)
        {
            Region = OssEmulator.Region,
            Retry = new RetryPolicy(6, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(10)),
        };
        return new OssClient(
            change?.Invoke(options) ?? options, credentials ?? new StaticCredentials(new AliyunCredentials(Id, Secret)), _handler,
            TimeProvider.System, new Random(1));
    }
}
