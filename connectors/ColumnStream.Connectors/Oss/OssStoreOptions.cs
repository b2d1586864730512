using System;
using System.Globalization;
using System.Net.Http;
using ColumnStream.Aliyun.Credentials;
using ColumnStream.Aliyun.Http;
using ColumnStream.Aliyun.Oss;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Storage;

namespace ColumnStream.Connectors.Oss;

/// <summary>Opens <c>oss://bucket/path</c> by the options <c>fs.oss.…</c>; those of <c>fs.oss.bucket.NAME.…</c> win for their bucket.</summary>
public static class OssStoreOptions
{
    private const string Prefix = "fs.oss.";
    private const int DefaultAttempts = 6;

    private static readonly TimeSpan s_margin = TimeSpan.FromMinutes(5);

    /// <summary>Opens a store.</summary>
    /// <param name="location">The address: scheme, bucket and path.</param>
    /// <param name="option">Answers the value of an option, or null.</param>
    /// <param name="environment">Answers the value of a variable of the process, or null.</param>
    /// <param name="handler">Carries the requests; the caller owns it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Spreads repeated requests.</param>
    /// <exception cref="UserException">An option is missing or wrong.</exception>
    public static IObjectStore Open(
        string location, Func<string, string?> option, Func<string, string?> environment, HttpMessageHandler handler,
        TimeProvider time, Random random)
    {
        if (!Uri.TryCreate(location, UriKind.Absolute, out Uri? uri) || uri.Host.Length == 0 || uri.Query.Length > 0)
        {
            throw new UserException(3111, $"Address of a store is wrong: '{location}'. Expected oss://bucket/path.");
        }

        string path = Uri.UnescapeDataString(uri.AbsolutePath).Trim('/');
        if (path.Length > 0)
        {
            ObjectName.CheckPrefix(path);
        }

        return new OssObjectStore(Client(uri.Host, option, environment, handler, time, random), path, time);
    }

    /// <summary>Opens a bucket for tables.</summary>
    /// <param name="address">The address: scheme and bucket.</param>
    /// <param name="option">Answers the value of an option, or null.</param>
    /// <param name="environment">Answers the value of a variable of the process, or null.</param>
    /// <param name="handler">Carries the requests; the caller owns it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Spreads repeated requests.</param>
    /// <exception cref="UserException">An option is missing or wrong.</exception>
    public static IBucket OpenBucket(
        string address, Func<string, string?> option, Func<string, string?> environment, HttpMessageHandler handler,
        TimeProvider time, Random random) =>
        Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) && uri is { Host.Length: > 0, AbsolutePath: "" or "/" }
            ? new OssBucket(Client(uri.Host, option, environment, handler, time, random))
            : throw new UserException(3111, $"Address of a bucket is wrong: '{address}'. Expected oss://bucket.");

    private static OssClient Client(
        string bucket, Func<string, string?> option, Func<string, string?> environment, HttpMessageHandler handler,
        TimeProvider time, Random random)
    {
        string? Read(string key) => option($"{Prefix}bucket.{bucket}.{key}") ?? option(Prefix + key);
        OssOptions options = ReadOptions(bucket, Read, environment);
        return new OssClient(options, ReadCredentials(Read, environment, handler, time), handler, time, random);
    }

    private static OssOptions ReadOptions(string bucket, Func<string, string?> read, Func<string, string?> environment)
    {
        string endpoint = read("endpoint") ?? environment("OSS_ENDPOINT") ?? throw new UserException(
            3112, $"Option 'fs.oss.endpoint' is missing for bucket '{bucket}': for example 'oss-cn-hangzhou.aliyuncs.com'.");
        string address = endpoint.Contains("://", StringComparison.Ordinal) ? endpoint : "https://" + endpoint;
        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https"))
        {
            throw Wrong("endpoint", endpoint, "a host such as oss-cn-hangzhou.aliyuncs.com, with http:// in front or https://");
        }

        OssSignatureVersion signature = (read("signature.version") ?? "V4").ToUpperInvariant() switch
        {
            "V1" => OssSignatureVersion.V1,
            "V4" => OssSignatureVersion.V4,
            { } other => throw Wrong("signature.version", other, "V1 or V4"),
        };
        string region = read("region") ?? environment("OSS_REGION") ?? OssOptions.RegionOf(uri.Host);
        if (signature == OssSignatureVersion.V4 && region.Length == 0)
        {
            throw new UserException(
                3112,
                $"Option 'fs.oss.region' is missing: the endpoint '{uri.Host}' does not tell it. For example 'cn-hangzhou'; or "
                    + "'fs.oss.signature.version' = 'V1', which needs none.");
        }

        return new OssOptions(uri, bucket)
        {
            Region = region.StartsWith("oss-", StringComparison.Ordinal) ? region["oss-".Length..] : region,
            Signature = signature,
            IsPathStyle = read("path.style.access") is { } style
                ? OptionValue.TryParseBoolean(style, out bool flag) ? flag
                : throw Wrong("path.style.access", style, "true or false")
                : null,
            Retry = RetryPolicy.Default with { Attempts = Number(read, "attempts.maximum", DefaultAttempts, 1, 100) },
            Timeout = TimeSpan.FromMilliseconds(Number(read, "connection.timeout", 30_000, 100, 3_600_000)),
            PartBytes = Bytes(read, "multipart.upload.size", 8 << 20),
            ParallelParts = Number(read, "multipart.upload.parallelism", 4, 1, 64),
        };
    }

    private static CredentialsProvider ReadCredentials(
        Func<string, string?> read, Func<string, string?> environment, HttpMessageHandler handler, TimeProvider time)
    {
        string? id = read("accessKeyId");
        string? secret = read("accessKeySecret");
        if (id is not null || secret is not null)
        {
            return id is null || secret is null
                ? throw new UserException(
                    3112,
                    $"Option 'fs.oss.{(id is null ? "accessKeyId" : "accessKeySecret")}' is missing: the other half is given.")
                : new StaticCredentials(new AliyunCredentials(id, secret, read("securityToken")));
        }

        var variables = new EnvironmentCredentials(environment);
        string? address = read("credentials.uri") ?? (variables.IsSet ? null : environment("ALIBABA_CLOUD_CREDENTIALS_URI"));
        if (address is null)
        {
            return variables.IsSet
                ? variables
                : throw new UserException(
                    3112,
                    "Credentials are missing: give 'fs.oss.accessKeyId' and 'fs.oss.accessKeySecret', or the variables "
                        + "OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET, or 'fs.oss.credentials.uri', which gives temporary ones.");
        }

        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https"))
        {
            throw Wrong("credentials.uri", address, "an http address that answers JSON");
        }

        var http = new HttpMessageInvoker(handler, disposeHandler: false);
        return new RefreshingCredentials(
            cancellation => CredentialsUri.FetchAsync(http, uri, time, cancellation), time, s_margin);
    }

    private static int Number(Func<string, string?> read, string key, int otherwise, int least, int most) =>
        read(key) is not { } text ? otherwise
        : OptionValue.TryParseInteger(text, out long value) && value >= least && value <= most ? (int)value
        : throw Wrong(key, text, string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"));

    private static int Bytes(Func<string, string?> read, string key, int otherwise) =>
        read(key) is not { } text ? otherwise
        : OptionValue.TryParseBytes(text, out long value) && value is >= 100 << 10 and <= 1 << 30 ? (int)value
        : throw Wrong(key, text, "a size from 100 kb to 1 gb");

    private static UserException Wrong(string key, string value, string expected) =>
        new(3111, $"Option has a wrong value: '{Prefix}{key}' = '{value}'. Expected {expected}.");
}
