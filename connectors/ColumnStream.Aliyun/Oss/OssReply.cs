using System;
using System.Globalization;
using System.Linq;
using System.Net.Http;

namespace ColumnStream.Aliyun.Oss;

/// <summary>Is the answer to a request that succeeded.</summary>
/// <param name="Response">The answer's head; its body too where it is read as a stream.</param>
/// <param name="Body">The body, empty where it is read as a stream.</param>
/// <param name="MayHaveWorked">Whether an earlier try of the request may have done its work.</param>
internal sealed record OssReply(HttpResponseMessage Response, byte[] Body, bool MayHaveWorked)
{
    public ulong? Crc64 =>
        ulong.TryParse(Header("x-oss-hash-crc64ecma"), NumberStyles.None, CultureInfo.InvariantCulture, out ulong value)
            ? value
            : null;

    public string ETag => Header("ETag") ?? string.Empty;

    public DateTimeOffset Modified =>
        Response.Content.Headers.LastModified ?? Response.Headers.Date ?? DateTimeOffset.UnixEpoch;

    public string? Header(string name) =>
        Response.Headers.TryGetValues(name, out var values) || Response.Content.Headers.TryGetValues(name, out values)
            ? values.First()
            : null;

    public OssObject ToObject(string key, long length) => new(key, length, ETag, Modified, Crc64);
}
