using System;
using System.Collections.Generic;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ColumnStream.Aliyun.Credentials;

namespace ColumnStream.Aliyun.Oss;

/// <summary>Signs requests: what the date, the token and <c>Authorization</c> must be.</summary>
/// <remarks>
/// <code>
/// V1  base64(HMAC-SHA1(secret, METHOD \n md5 \n type \n date \n x-oss-headers /bucket/key?sub-resources))
/// V4  hex(HMAC-SHA256(key of day, region, service, "OSS4-HMAC-SHA256" \n date \n scope \n hex(SHA256(canonical request))))
/// </code>
/// </remarks>
internal static class OssSigner
{
    private const string Algorithm = "OSS4-HMAC-SHA256";
    private const string Payload = "UNSIGNED-PAYLOAD";

    /// <summary>Parameters that belong to the resource of version 1; others are sent without being signed.</summary>
    private static readonly HashSet<string> s_subResources = new(StringComparer.Ordinal)
    {
        "acl", "append", "bucketInfo", "callback", "callback-var", "cloudboxes", "continuation-token", "delete", "location",
        "objectMeta", "partNumber", "position", "regionList", "response-cache-control", "response-content-disposition",
        "response-content-encoding", "response-content-language", "response-content-type", "response-expires", "restore",
        "security-token", "sequential", "stat", "symlink", "tagging", "uploadId", "uploads", "versionId", "versioning",
        "versions",
    };

    /// <summary>Returns all headers to send, those of the request first.</summary>
    public static List<(string Name, string Value)> Sign(
        OssRequest request, OssSignatureVersion version, string region, AliyunCredentials credentials, DateTimeOffset now)
    {
        bool isV4 = version == OssSignatureVersion.V4;
        string date = now.UtcDateTime.ToString(isV4 ? "yyyyMMdd'T'HHmmss'Z'" : "R", CultureInfo.InvariantCulture);
        List<(string Name, string Value)> headers = [.. request.Headers, ("x-oss-date", date)];
        if (isV4)
        {
            headers.Add(("x-oss-content-sha256", Payload));
        }

        if (credentials.SecurityToken is { } token)
        {
            headers.Add(("x-oss-security-token", token));
        }

        string authorization = isV4
            ? AuthorizeV4(request, headers, region, credentials, date)
            : AuthorizeV1(request, headers, credentials, date);
        headers.Add(("authorization", authorization));
        return headers;
    }

    private static string AuthorizeV1(
        OssRequest request, List<(string Name, string Value)> headers, AliyunCredentials credentials, string date)
    {
        StringBuilder text = new StringBuilder()
            .Append(request.Method).Append('\n')
            .Append(request.Header("content-md5")).Append('\n')
            .Append(request.Header("content-type")).Append('\n')
            .Append(date).Append('\n');
        foreach ((string name, string value) in SignedHeaders(headers, withContent: false))
        {
            text.Append(name).Append(':').Append(value).Append('\n');
        }

        text.Append('/').Append(request.Bucket).Append('/').Append(request.Key);
        List<(string Name, string Value)> signed = request.Query.FindAll(
            q => s_subResources.Contains(q.Name) || q.Name.StartsWith("x-oss-", StringComparison.Ordinal));
        signed.Sort(static (left, right) => string.CompareOrdinal(left.Name, right.Name));
        char separator = '?';
        foreach ((string name, string value) in signed)
        {
            text.Append(separator).Append(name);
            if (value.Length > 0)
            {
                text.Append('=').Append(value);
            }

            separator = '&';
        }

        byte[] signature = HMACSHA1.HashData(
            Encoding.UTF8.GetBytes(credentials.AccessKeySecret), Encoding.UTF8.GetBytes(text.ToString()));
        return $"OSS {credentials.AccessKeyId}:{Convert.ToBase64String(signature)}";
    }

    private static string AuthorizeV4(
        OssRequest request, List<(string Name, string Value)> headers, string region, AliyunCredentials credentials, string date)
    {
        string day = date[..8];
        string scope = $"{day}/{region}/oss/aliyun_v4_request";
        byte[] canonical = Encoding.UTF8.GetBytes(CanonicalRequest(request, headers));
        string text = $"{Algorithm}\n{date}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(canonical))}";
        byte[] key = Encoding.UTF8.GetBytes("aliyun_v4" + credentials.AccessKeySecret);
        foreach (string step in new[] { day, region, "oss", "aliyun_v4_request" })
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(step));
        }

        string signature = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
        return $"{Algorithm} Credential={credentials.AccessKeyId}/{scope},Signature={signature}";
    }

    private static string CanonicalRequest(OssRequest request, List<(string Name, string Value)> headers)
    {
        StringBuilder text = new StringBuilder()
            .Append(request.Method).Append('\n')
            .Append('/').Append(request.Bucket).Append('/').Append(OssRequest.EncodePath(request.Key ?? string.Empty)).Append('\n');
        var query = new List<string>();
        foreach ((string name, string value) in request.Query)
        {
            string encoded = Uri.EscapeDataString(name);
            query.Add(value.Length == 0 ? encoded : $"{encoded}={Uri.EscapeDataString(value)}");
        }

        query.Sort(StringComparer.Ordinal);
        text.AppendJoin('&', query).Append('\n');
        foreach ((string name, string value) in SignedHeaders(headers, withContent: true))
        {
            text.Append(name).Append(':').Append(value).Append('\n');
        }

        return text.Append("\n\n").Append(Payload).ToString();
    }

    private static List<(string Name, string Value)> SignedHeaders(
        List<(string Name, string Value)> headers, bool withContent)
    {
        var signed = new List<(string Name, string Value)>();
        foreach ((string name, string value) in headers)
        {
            if (name.StartsWith("x-oss-", StringComparison.Ordinal)
                || (withContent && name is ("content-type" or "content-md5")))
            {
                signed.Add((name, value.Trim()));
            }
        }

        signed.Sort(static (left, right) => string.CompareOrdinal(left.Name, right.Name));
        return signed;
    }
}
