using System;
using System.Net;
using ColumnStream.Aliyun.Http;

namespace ColumnStream.Aliyun.Oss;

/// <summary>States how a client reaches one bucket.</summary>
/// <param name="Endpoint">Scheme, host and port without bucket: <c>https://oss-cn-hangzhou.aliyuncs.com</c>.</param>
/// <param name="Bucket">The bucket.</param>
public sealed record OssOptions(Uri Endpoint, string Bucket)
{
    /// <summary>Gets the region, which signatures of version 4 need: <c>cn-hangzhou</c>; null takes it from the endpoint.</summary>
    public string? Region { get; init; }

    /// <summary>Gets how requests are signed.</summary>
    public OssSignatureVersion Signature { get; init; } = OssSignatureVersion.V4;

    /// <summary>Gets whether the bucket stands in the path instead of the host; null does so where the host is an address.</summary>
    public bool? IsPathStyle { get; init; }

    /// <summary>Gets how often requests are tried.</summary>
    public RetryPolicy Retry { get; init; } = RetryPolicy.Default;

    /// <summary>Gets how long one try may take, and a second more for each 256 KiB it sends.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets the bytes of a part of a large object, at least 100 KiB; smaller objects are put whole.</summary>
    public int PartBytes { get; init; } = 8 << 20;

    /// <summary>Gets how many parts of one object are under way at once.</summary>
    public int ParallelParts { get; init; } = 4;

    /// <summary>Gets whether requests carry the MD5 of their body, which the server compares before it accepts it.</summary>
    /// <remarks>Bodies of up to a megabyte and those of conditional puts carry it always.</remarks>
    public bool SendsMd5 { get; init; }

    /// <summary>Gets the region in effect; empty when it is not known.</summary>
    internal string RegionName => Region ?? RegionOf(Endpoint.Host);

    /// <summary>Gets whether the bucket stands in the path.</summary>
    internal bool HasBucketInPath =>
        IsPathStyle ?? (IPAddress.TryParse(Endpoint.Host.Trim('[', ']'), out _) || Endpoint.Host == "localhost");

    /// <summary>Reads the region out of a host: <c>oss-cn-hangzhou-internal.aliyuncs.com</c>; empty when it is none of these.</summary>
    public static string RegionOf(string host)
    {
        if (!host.StartsWith("oss-", StringComparison.OrdinalIgnoreCase)
            || !host.EndsWith(".aliyuncs.com", StringComparison.OrdinalIgnoreCase))
        {
            return string.Empty;
        }

        string name = host["oss-".Length..host.IndexOf('.', StringComparison.Ordinal)].ToLowerInvariant();
        return name.EndsWith("-internal", StringComparison.Ordinal) ? name[..^"-internal".Length] : name;
    }
}
