using System;
using System.Collections.Generic;
using System.Globalization;
using System.Net.Http;
using System.Security.Cryptography;
using System.Text;

namespace ColumnStream.Aliyun.Oss;

/// <summary>Is one request before it is signed; each try of it is signed anew.</summary>
internal sealed class OssRequest(HttpMethod method, string bucket, string? key)
{
    public HttpMethod Method { get; } = method;

    public string Bucket { get; } = bucket;

    /// <summary>Gets the object's key as it is, not encoded; null means the bucket.</summary>
    public string? Key { get; } = key;

    /// <summary>Gets the parameters in the order they are sent; an empty value is sent as <c>name=</c>.</summary>
    public List<(string Name, string Value)> Query { get; } = [];

    /// <summary>Gets the headers that are not made by the signature; names in small letters.</summary>
    public List<(string Name, string Value)> Headers { get; } = [];

    public ReadOnlyMemory<byte> Body { get; private set; }

    /// <summary>Gets whether a second arrival of the request could find the work of the first done.</summary>
    public bool IsConditional => Header("x-oss-forbid-overwrite") is not null || Query.Exists(q => q.Name == "uploadId");

    public OssRequest With(string name, string value)
    {
        Query.Add((name, value));
        return this;
    }

    public OssRequest With(string name, long value) => With(name, value.ToString(CultureInfo.InvariantCulture));

    public OssRequest WithHeader(string name, string? value)
    {
        if (value is not null)
        {
            Headers.Add((name, value));
        }

        return this;
    }

    public OssRequest WithBody(ReadOnlyMemory<byte> body, bool withMd5)
    {
        Body = body;
        return withMd5 ? WithHeader("content-md5", Convert.ToBase64String(MD5.HashData(body.Span))) : this;
    }

    public OssRequest WithXml(string text)
    {
        Headers.Add(("content-type", "application/xml"));
        return WithBody(Encoding.UTF8.GetBytes(text), withMd5: true);
    }

    public string? Header(string name)
    {
        foreach ((string candidate, string value) in Headers)
        {
            if (candidate == name)
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>Makes the address: each byte of a key but unreserved ones and <c>/</c> as <c>%XX</c>.</summary>
    public Uri Address(OssOptions options)
    {
        Uri endpoint = options.Endpoint;
        string host = options.HasBucketInPath ? endpoint.Host : $"{Bucket}.{endpoint.Host}";
        var text = new StringBuilder($"{endpoint.Scheme}://{host}");
        if (!endpoint.IsDefaultPort)
        {
            text.Append(CultureInfo.InvariantCulture, $":{endpoint.Port}");
        }

        text.Append(options.HasBucketInPath ? $"/{Bucket}/" : "/").Append(EncodePath(Key ?? string.Empty));
        char separator = '?';
        foreach ((string name, string value) in Query)
        {
            text.Append(separator).Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
            separator = '&';
        }

        return new Uri(
            text.ToString(), new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
    }

    public static string EncodePath(string path) =>
        Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal);
}
