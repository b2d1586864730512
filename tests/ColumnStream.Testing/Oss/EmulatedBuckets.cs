using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Text;
using ColumnStream.Aliyun.Credentials;
using ColumnStream.Aliyun.Oss;
using ColumnStream.Connectors.Oss;
using ColumnStream.Engine.Storage;

namespace ColumnStream.Testing.Oss;

/// <summary>Opens the emulator's bucket as tables do, by options.</summary>
public sealed class EmulatedBuckets : IDisposable
{
    private readonly SocketsHttpHandler _handler = OssClient.MakeHandler();

    public OssEmulator Emulator { get; } = new(TimeProvider.System);

    /// <summary>Gets the options; parts are as small as the service allows.</summary>
    public Dictionary<string, string> Options { get; } = new(StringComparer.Ordinal);

    public EmulatedBuckets()
    {
        Options["fs.oss.endpoint"] = Emulator.Endpoint.ToString();
        Options["fs.oss.region"] = OssEmulator.Region;
        Options["fs.oss.accessKeyId"] = "LTAItestAccessKeyId0";
        Options["fs.oss.accessKeySecret"] = "testAccessKeySecret000000000000";
        Options["fs.oss.multipart.upload.size"] = "100 kb";
        Options["fs.oss.attempts.maximum"] = "20";
    }

    /// <summary>Lets each of some faults happen at one request in twelve, as a seed draws.</summary>
    public void FailAtTimes(int seed, params OssFault[] faults)
    {
        var random = new Random(seed);
        Emulator.Fault = _ => random.Next(12) is var drawn && drawn < faults.Length ? faults[drawn] : OssFault.None;
    }

    public IBucket Open(string address) => OssStoreOptions.OpenBucket(
        address, key => Options.GetValueOrDefault(key), static _ => null, _handler, TimeProvider.System, new Random(1));

    public OssClient Client() => new(
        new OssOptions(Emulator.Endpoint, OssEmulator.BucketName) { Region = OssEmulator.Region },
        new StaticCredentials(new AliyunCredentials("LTAItestAccessKeyId0", "testAccessKeySecret000000000000")), _handler,
        TimeProvider.System, new Random(2));

    /// <summary>Puts an object of text, whatever stood there.</summary>
    public void Put(string key, string text) =>
        Client().PutAsync(key, Encoding.UTF8.GetBytes(text)).GetAwaiter().GetResult();

    public void Delete(string key) => Client().DeleteAsync(key).GetAwaiter().GetResult();

    /// <summary>Gives an upload up, as an administrator may.</summary>
    public void Abort(string key, string uploadId) => Client().AbortUploadAsync(key, uploadId).GetAwaiter().GetResult();

    /// <summary>Returns the texts of all objects whose keys begin so, in order of keys, one behind the other.</summary>
    public string Text(string prefix) => string.Concat(
        Emulator.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).Select(k => Encoding.UTF8.GetString(Emulator.Content(k))));

    public void Dispose()
    {
        _handler.Dispose();
        Emulator.Dispose();
    }
}
