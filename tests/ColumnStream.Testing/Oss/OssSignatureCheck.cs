using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Security.Cryptography;
using System.Text;

namespace ColumnStream.Testing.Oss;

/// <summary>Recomputes signatures from the bytes of a request, by the service's rules; shares no code with the client.</summary>
internal static class OssSignatureCheck
{
    private static readonly string[] s_subResources =
    [
        "acl", "uploads", "location", "cors", "logging", "website", "referer", "lifecycle", "delete", "append", "tagging",
        "objectMeta", "uploadId", "partNumber", "security-token", "position", "img", "style", "styleName", "replication",
        "replicationProgress", "replicationLocation", "cname", "bucketInfo", "comp", "qos", "live", "status", "vod", "startTime",
        "endTime", "symlink", "continuation-token", "response-content-type", "response-content-language", "response-expires",
        "response-cache-control", "response-content-disposition", "response-content-encoding", "callback", "callback-var", "stat",
        "restore", "versions", "versioning", "versionId", "sequential", "regionList", "cloudboxes",
    ];

    /// <summary>Returns the code of the refusal, or null where the request is signed well.</summary>
    public static string? Check(
        HttpCall call, string bucket, string key, string region, IReadOnlyDictionary<string, OssEmulator.Account> accounts,
        DateTimeOffset now)
    {
        string authorization = call.Header("authorization") ?? "";
        bool isV4 = authorization.StartsWith("OSS4-HMAC-SHA256 ", StringComparison.Ordinal);
        if (!isV4 && !authorization.StartsWith("OSS ", StringComparison.Ordinal))
        {
            return "AccessDenied";
        }

        Dictionary<string, string> fields = isV4
            ? authorization["OSS4-HMAC-SHA256 ".Length..].Split(',').Select(f => f.Trim().Split('=', 2)).ToDictionary(f => f[0], f => f[1])
            : [];
        string[] scope = isV4 ? fields["Credential"].Split('/') : [];
        string id = isV4 ? scope[0] : authorization["OSS ".Length..].Split(':')[0];
        if (!accounts.TryGetValue(id, out OssEmulator.Account? account))
        {
            return "InvalidAccessKeyId";
        }

        if (account.Token != call.Header("x-oss-security-token"))
        {
            return "InvalidSecurityToken";
        }

        if (account.Expires <= now)
        {
            return "SecurityTokenExpired";
        }

        string date = call.Header("x-oss-date") ?? call.Header("date") ?? "";
        if (!DateTimeOffset.TryParseExact(
                date, isV4 ? "yyyyMMdd'T'HHmmss'Z'" : "R", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset sent)
            || (now - sent).Duration() > TimeSpan.FromMinutes(15))
        {
            return "RequestTimeTooSkewed";
        }

        if (isV4 && (scope[1] != date[..8] || scope[2] != region || scope[3] != "oss" || scope[4] != "aliyun_v4_request"))
        {
            return "InvalidArgument";
        }

        string expected = isV4
            ? SignatureV4(call, $"/{bucket}/{key}", scope, date, account.Secret, fields.GetValueOrDefault("AdditionalHeaders"))
            : SignatureV1(call, $"/{bucket}/{key}", date, account.Secret);
        string given = isV4 ? fields["Signature"] : authorization[(authorization.IndexOf(':', StringComparison.Ordinal) + 1)..];
        return expected == given ? null : "SignatureDoesNotMatch";
    }

    private static string SignatureV1(HttpCall call, string resource, string date, string secret)
    {
        IEnumerable<string> oss = call.Headers.Where(h => h.Name.StartsWith("x-oss-", StringComparison.Ordinal))
            .OrderBy(h => h.Name, StringComparer.Ordinal).Select(h => $"{h.Name}:{h.Value.Trim()}");
        string[] signed =
        [
            .. call.Query.Where(q => s_subResources.Contains(q.Name)).OrderBy(q => q.Name, StringComparer.Ordinal)
                .Select(q => q.Value.Length > 0 ? $"{q.Name}={q.Value}" : q.Name),
        ];
        string text = string.Join(
            '\n',
            [
                call.Method, call.Header("content-md5") ?? "", call.Header("content-type") ?? "", date, .. oss,
                resource + (signed.Length > 0 ? "?" + string.Join('&', signed) : ""),
            ]);
        return Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(text)));
    }

    private static string SignatureV4(
        HttpCall call, string resource, string[] scope, string date, string secret, string? additional)
    {
        string[] more = additional?.Split(';') ?? [];
        string query = string.Join('&', call.Query
            .Select(q => q.Value.Length > 0 ? $"{Encode(q.Name)}={Encode(q.Value)}" : Encode(q.Name)).Order(StringComparer.Ordinal));
        string headers = string.Concat(call.Headers
            .Where(h => h.Name is "content-type" or "content-md5" || h.Name.StartsWith("x-oss-", StringComparison.Ordinal) || more.Contains(h.Name))
            .OrderBy(h => h.Name, StringComparer.Ordinal).Select(h => $"{h.Name}:{h.Value.Trim()}\n"));
        string canonical = string.Join(
            '\n', call.Method, Encode(resource, keepSlash: true), query, headers, additional ?? "", call.Header("x-oss-content-sha256"));
        string text = string.Join(
            '\n', "OSS4-HMAC-SHA256", date, string.Join('/', scope[1..]),
            Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(canonical))).ToLowerInvariant());
        byte[] key = Encoding.UTF8.GetBytes("aliyun_v4" + secret);
        foreach (string part in scope[1..])
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }

        return Convert.ToHexString(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text))).ToLowerInvariant();
    }

    private static string Encode(string text, bool keepSlash = false)
    {
        var encoded = new StringBuilder();
        foreach (byte value in Encoding.UTF8.GetBytes(text))
        {
            bool isPlain = char.IsAsciiLetterOrDigit((char)value) || "-_.~".Contains((char)value, StringComparison.Ordinal)
                || (keepSlash && value == '/');
            _ = isPlain ? encoded.Append((char)value) : encoded.Append(CultureInfo.InvariantCulture, $"%{value:X2}");
        }

        return encoded.ToString();
    }
}
