using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Xml.Linq;

namespace ColumnStream.Testing.Oss;

/// <summary>Behaves as the object storage service does, as far as tests need it, with one bucket, on a loopback port.</summary>
/// <remarks>
/// Every request's signature is recomputed. Buckets come in the path where the host is an address, else as its first label.
/// It is judged by the service's own client too, which must be able to work with it.
/// </remarks>
public sealed class OssEmulator : IDisposable
{
    public const string BucketName = "cs-bucket";
    public const string Region = "cn-hangzhou";
    private const int LeastPartBytes = 100 << 10;

    private readonly SortedDictionary<string, Stored> _objects = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Upload> _uploads = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly LoopbackServer _server;
    private readonly TimeProvider _time;
    private int _requests;
    private int _started;

    public OssEmulator(TimeProvider time)
    {
        _time = time;
        _server = new LoopbackServer(Handle);
    }

    /// <summary>Is an access key that the service knows.</summary>
    public sealed record Account(string Secret, string? Token = null, DateTimeOffset? Expires = null);

    private sealed record Stored(byte[] Content, string ETag, DateTimeOffset Modified, IReadOnlyList<(string Name, string Value)> Headers);

    private sealed record Upload(string Key, DateTimeOffset Started, SortedDictionary<int, (byte[] Content, string ETag)> Parts);

    /// <summary>Gets the access keys by their names.</summary>
    public Dictionary<string, Account> Accounts { get; } = new(StringComparer.Ordinal)
    {
        ["LTAItestAccessKeyId0"] = new Account("testAccessKeySecret000000000000"),
    };

    /// <summary>Gets or sets how far the service's clock is ahead.</summary>
    public TimeSpan Skew { get; set; }

    /// <summary>Gets or sets whether the bucket keeps versions: then nothing forbids to overwrite.</summary>
    public bool HasVersions { get; set; }

    /// <summary>Gets or sets the most uploads of one page of a list.</summary>
    public int MostListed { get; set; } = 1000;

    /// <summary>Gets or sets what goes wrong, by request.</summary>
    public Func<HttpCall, OssFault> Fault { get; set; } = static _ => OssFault.None;

    /// <summary>Gets the requests so far, refused ones included.</summary>
    public List<HttpCall> Calls { get; } = [];

    public Uri Endpoint => new($"http://127.0.0.1:{_server.Port}");

    public int Port => _server.Port;

    /// <summary>Gets the number of uploads that were begun and not ended.</summary>
    public int PendingUploads
    {
        get
        {
            lock (_lock)
            {
                return _uploads.Count;
            }
        }
    }

    /// <summary>Gets the keys that are there.</summary>
    public IReadOnlyList<string> Keys
    {
        get
        {
            lock (_lock)
            {
                return [.. _objects.Keys];
            }
        }
    }

    /// <summary>Returns the bytes of an object.</summary>
    public byte[] Content(string key)
    {
        lock (_lock)
        {
            return _objects[key].Content;
        }
    }

    /// <summary>Exchanges the bytes of an object and nothing else, as damage does.</summary>
    public void Replace(string key, byte[] content)
    {
        lock (_lock)
        {
            _objects[key] = _objects[key] with { Content = content };
        }
    }

    private DateTimeOffset Now => _time.GetUtcNow() + Skew;

    public void Dispose() => _server.Dispose();

    private HttpAnswer Handle(HttpCall call)
    {
        int number = Interlocked.Increment(ref _requests);
        OssFault fault;
        HttpAnswer answer;
        lock (_lock)
        {
            Calls.Add(call);
            fault = Fault(call);
            answer = fault switch
            {
                OssFault.ErrorBefore => Error(500, "InternalError", "Simulated."),
                OssFault.Throttled => Error(503, "ServiceUnavailable", "Simulated: slow down."),
                OssFault.ResetBefore => new HttpAnswer(0, [], HttpEnding.Reset),
                OssFault.ChangedByte when call.Body.Length > 0 => Route(call with { Body = Changed(call.Body) }),
                _ => Route(call),
            };
        }

        answer = fault switch
        {
            OssFault.ErrorBehind => Error(500, "InternalError", "Simulated, but done."),
            OssFault.ResetBehind => answer with { Ending = HttpEnding.Reset },
            OssFault.SilenceBehind => answer with { Ending = HttpEnding.Silence },
            OssFault.HalfBody => answer with { Ending = HttpEnding.HalfBody },
            OssFault.ChangedByte when answer.Body.Length > 0 && call.Method == "GET" => answer with { Body = Changed(answer.Body) },
            _ => answer,
        };
        return answer.With("x-oss-request-id", $"5C3D9175B6FC2012{number:X8}").With("Date", Now.ToString("R", CultureInfo.InvariantCulture));
    }

    private static byte[] Changed(byte[] body)
    {
        byte[] copy = [.. body];
        copy[copy.Length / 2] ^= 1;
        return copy;
    }

    private HttpAnswer Route(HttpCall call)
    {
        string host = (call.Header("host") ?? "").Split(':')[0];
        string path = call.Path[1..];
        string bucket;
        string key;
        if (host is "127.0.0.1" or "localhost")
        {
            int slash = path.IndexOf('/', StringComparison.Ordinal);
            bucket = slash < 0 ? path : path[..slash];
            key = slash < 0 ? "" : path[(slash + 1)..];
        }
        else
        {
            bucket = host.Split('.')[0];
            key = path;
        }

        if (bucket != BucketName)
        {
            return Error(404, "NoSuchBucket", $"The bucket does not exist: {bucket}.");
        }

        if (OssSignatureCheck.Check(call, bucket, key, Region, Accounts, Now) is { } refusal)
        {
            // The real service repeats here what it signed, token included: a client must not pass that on.
            return Error(403, refusal, $"Refused; token {call.Header("x-oss-security-token")}.");
        }

        if (call.Header("content-md5") is { } md5 && md5 != Convert.ToBase64String(MD5.HashData(call.Body)))
        {
            return Error(400, "InvalidDigest", "The Content-MD5 you specified was invalid.");
        }

        return key.Length == 0 ? OnBucket(call) : OnObject(call, key);
    }

    private HttpAnswer OnBucket(HttpCall call) => (call.Method, call.Parameter("delete"), call.Parameter("uploads")) switch
    {
        ("POST", not null, _) => DeleteMany(call),
        ("GET", _, not null) => ListUploads(call),
        ("GET", _, _) => List(call),
        _ => Error(405, "MethodNotAllowed", "Not here."),
    };

    private HttpAnswer OnObject(HttpCall call, string key) => (call.Method, call.Parameter("uploadId"), call.Parameter("uploads")) switch
    {
        ("PUT", { } upload, _) => PutPart(call, key, upload),
        ("PUT", null, _) => Put(call, key, call.Body, ETagOf(call.Body)),
        ("GET" or "HEAD", null, _) => Get(call, key),
        ("GET", { } upload, _) => ListParts(upload),
        ("DELETE", { } upload, _) => _uploads.Remove(upload) ? Empty(204) : Error(404, "NoSuchUpload", "No such upload."),
        ("DELETE", null, _) => Delete(key),
        ("POST", _, not null) => StartUpload(key),
        ("POST", { } upload, _) => CompleteUpload(call, key, upload),
        _ => Error(405, "MethodNotAllowed", "Not here."),
    };

    private HttpAnswer Put(HttpCall call, string key, byte[] content, string etag)
    {
        if (call.Header("x-oss-forbid-overwrite") == "true" && !HasVersions && _objects.ContainsKey(key))
        {
            return Error(409, "FileAlreadyExists", "The object you specified already exists and can not be overwritten.");
        }

        List<(string, string)> kept =
        [
            .. call.Headers.Where(h => h.Name.StartsWith("x-oss-meta-", StringComparison.Ordinal)
                || (h.Name == "content-type" && call.Method == "PUT")),
        ];
        _objects[key] = new Stored(content, etag, Now, kept);
        return Empty(200).With("ETag", etag).With("x-oss-hash-crc64ecma", Crc64(content));
    }

    private HttpAnswer Get(HttpCall call, string key)
    {
        if (!_objects.TryGetValue(key, out Stored? stored))
        {
            return Error(404, "NoSuchKey", "The specified key does not exist.");
        }

        if (call.Header("if-match") is { } wanted && wanted != stored.ETag)
        {
            return Error(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold.");
        }

        int length = stored.Content.Length;
        var answer = new HttpAnswer(200, stored.Content);
        if (call.Method == "GET" && call.Header("range") is { } range && Range(range, length) is { } part)
        {
            answer = new HttpAnswer(206, stored.Content[part.From..(part.To + 1)])
                .With("Content-Range", $"bytes {part.From}-{part.To}/{length}");
        }

        answer.With("ETag", stored.ETag).With("x-oss-hash-crc64ecma", Crc64(stored.Content)).With("x-oss-object-type", "Normal")
            .With("Last-Modified", stored.Modified.ToString("R", CultureInfo.InvariantCulture));
        answer.Headers.AddRange(stored.Headers);
        return answer;
    }

    /// <summary>Reads a range; null where it is none of the object: the service then gives all of it.</summary>
    private static (int From, int To)? Range(string text, int length)
    {
        string[] ends = text["bytes=".Length..].Split('-');
        long from = long.Parse(ends[0], CultureInfo.InvariantCulture);
        long to = ends[1].Length == 0 ? length - 1 : Math.Min(length - 1, long.Parse(ends[1], CultureInfo.InvariantCulture));
        return from >= length || from > to ? null : ((int)from, (int)to);
    }

    private HttpAnswer Delete(string key)
    {
        _objects.Remove(key);
        return Empty(204);
    }

    private HttpAnswer DeleteMany(HttpCall call)
    {
        if (call.Header("content-md5") is null)
        {
            return Error(400, "MissingArgument", "Content-MD5 is missing.");
        }

        XElement root = XDocument.Parse(Encoding.UTF8.GetString(call.Body)).Root!;
        string[] keys = [.. root.Elements("Object").Select(o => o.Element("Key")!.Value)];
        if (keys.Length is 0 or > 1000)
        {
            return Error(400, "MalformedXML", "One to a thousand keys.");
        }

        foreach (string key in keys)
        {
            _objects.Remove(key);
        }

        bool isQuiet = (string?)root.Element("Quiet") == "true";
        return Xml(new XElement("DeleteResult", isQuiet ? null : keys.Select(k => new XElement("Deleted", new XElement("Key", k)))));
    }

    private HttpAnswer List(HttpCall call)
    {
        bool isV2 = call.Parameter("list-type") == "2";
        string prefix = call.Parameter("prefix") ?? "";
        string delimiter = call.Parameter("delimiter") ?? "";
        int most = int.Parse(call.Parameter("max-keys") ?? "100", CultureInfo.InvariantCulture);
        string after = isV2
            ? Encoding.UTF8.GetString(Convert.FromHexString(call.Parameter("continuation-token") ?? ""))
            : call.Parameter("marker") ?? "";
        after = after.Length > 0 ? after : call.Parameter("start-after") ?? "";
        var contents = new List<XElement>();
        var folders = new List<string>();
        string? last = null;
        bool isCut = false;
        foreach ((string key, Stored stored) in _objects)
        {
            if (!key.StartsWith(prefix, StringComparison.Ordinal) || string.CompareOrdinal(key, after) <= 0)
            {
                continue;
            }

            int cut = delimiter.Length == 0 ? -1 : key.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal);
            string? folder = cut < 0 ? null : key[..(cut + delimiter.Length)];
            if (folder is not null && (folders.Contains(folder) || after.StartsWith(folder, StringComparison.Ordinal)))
            {
                continue;
            }

            if (contents.Count + folders.Count == most)
            {
                isCut = true;
                break;
            }

            last = folder is null ? key : folder + char.MaxValue;
            if (folder is not null)
            {
                folders.Add(folder);
                continue;
            }

            contents.Add(new XElement(
                "Contents", new XElement("Key", key), new XElement("LastModified", Iso(stored.Modified)),
                new XElement("ETag", stored.ETag), new XElement("Type", "Normal"), new XElement("Size", stored.Content.Length),
                new XElement("StorageClass", "Standard"),
                new XElement("Owner", new XElement("ID", "1"), new XElement("DisplayName", "1"))));
        }

        return Xml(new XElement(
            "ListBucketResult", new XElement("Name", BucketName), new XElement("Prefix", prefix), new XElement("MaxKeys", most),
            new XElement("Delimiter", delimiter), new XElement("IsTruncated", isCut ? "true" : "false"),
            isV2 ? new XElement("KeyCount", contents.Count + folders.Count) : null,
            isCut ? new XElement(isV2 ? "NextContinuationToken" : "NextMarker", isV2 ? Convert.ToHexString(Encoding.UTF8.GetBytes(last!)) : last) : null,
            contents, folders.Select(f => new XElement("CommonPrefixes", new XElement("Prefix", f)))));
    }

    private HttpAnswer StartUpload(string key)
    {
        string id = $"0004B9894A22E5B1888A1E29F8{++_started:X6}";
        _uploads[id] = new Upload(key, Now, []);
        return Xml(new XElement(
            "InitiateMultipartUploadResult", new XElement("Bucket", BucketName), new XElement("Key", key), new XElement("UploadId", id)));
    }

    private HttpAnswer PutPart(HttpCall call, string key, string upload)
    {
        int number = int.Parse(call.Parameter("partNumber") ?? "0", CultureInfo.InvariantCulture);
        if (!_uploads.TryGetValue(upload, out Upload? pending) || pending.Key != key || number is < 1 or > 10_000)
        {
            return pending?.Key != key ? Error(404, "NoSuchUpload", "No such upload.") : Error(400, "InvalidArgument", "partNumber");
        }

        string etag = ETagOf(call.Body);
        pending.Parts[number] = (call.Body, etag);
        return Empty(200).With("ETag", etag).With("x-oss-hash-crc64ecma", Crc64(call.Body));
    }

    private HttpAnswer CompleteUpload(HttpCall call, string key, string upload)
    {
        if (!_uploads.TryGetValue(upload, out Upload? pending) || pending.Key != key)
        {
            return Error(404, "NoSuchUpload", "The specified upload does not exist.");
        }

        XElement[] parts = [.. XDocument.Parse(Encoding.UTF8.GetString(call.Body)).Root!.Elements("Part")];
        var content = new List<byte>();
        int before = 0;
        for (int i = 0; i < parts.Length; i++)
        {
            int number = (int)parts[i].Element("PartNumber")!;
            if (number <= before)
            {
                return Error(400, "InvalidPartOrder", "Parts must ascend.");
            }

            if (!pending.Parts.TryGetValue(number, out (byte[] Content, string ETag) part) || part.ETag != (string)parts[i].Element("ETag")!)
            {
                return Error(400, "InvalidPart", "One or more of the specified parts could not be found.");
            }

            if (i < parts.Length - 1 && part.Content.Length < LeastPartBytes)
            {
                return Error(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size.");
            }

            before = number;
            content.AddRange(part.Content);
        }

        byte[] whole = [.. content];
        string etag = $"\"{Convert.ToHexString(MD5.HashData(whole))}-{parts.Length}\"";
        HttpAnswer put = Put(call, key, whole, etag);
        if (put.Status != 200)
        {
            return put;
        }

        _uploads.Remove(upload);
        return Xml(new XElement(
            "CompleteMultipartUploadResult", new XElement("Location", "here"), new XElement("Bucket", BucketName),
            new XElement("Key", key), new XElement("ETag", etag))).With("x-oss-hash-crc64ecma", Crc64(whole));
    }

    private HttpAnswer ListParts(string upload) => !_uploads.TryGetValue(upload, out Upload? pending)
        ? Error(404, "NoSuchUpload", "No such upload.")
        : Xml(new XElement(
            "ListPartsResult", new XElement("Bucket", BucketName), new XElement("Key", pending.Key), new XElement("UploadId", upload),
            new XElement("NextPartNumberMarker", pending.Parts.Keys.LastOrDefault()), new XElement("MaxParts", 1000),
            new XElement("IsTruncated", "false"),
            pending.Parts.Select(p => new XElement(
                "Part", new XElement("PartNumber", p.Key), new XElement("LastModified", Iso(pending.Started)),
                new XElement("ETag", p.Value.ETag), new XElement("Size", p.Value.Content.Length)))));

    private HttpAnswer ListUploads(HttpCall call)
    {
        (string Key, string Id) after = (call.Parameter("key-marker") ?? "", call.Parameter("upload-id-marker") ?? "");
        int most = Math.Min(MostListed, int.Parse(call.Parameter("max-uploads") ?? "1000", CultureInfo.InvariantCulture));
        (string Key, string Id, DateTimeOffset Started)[] found =
        [
            .. _uploads.Select(u => (u.Value.Key, Id: u.Key, u.Value.Started))
                .Where(u => u.Key.StartsWith(call.Parameter("prefix") ?? "", StringComparison.Ordinal)
                    && (string.CompareOrdinal(u.Key, after.Key), string.CompareOrdinal(u.Id, after.Id)) is (> 0, _) or (0, > 0))
                .OrderBy(u => u.Key, StringComparer.Ordinal).ThenBy(u => u.Id, StringComparer.Ordinal),
        ];
        bool isCut = found.Length > most;
        return Xml(new XElement(
            "ListMultipartUploadsResult", new XElement("Bucket", BucketName), new XElement("IsTruncated", isCut ? "true" : "false"),
            isCut ? new XElement("NextKeyMarker", found[most - 1].Key) : null,
            isCut ? new XElement("NextUploadIdMarker", found[most - 1].Id) : null,
            found.Take(most).Select(u => new XElement(
                "Upload", new XElement("Key", u.Key), new XElement("UploadId", u.Id), new XElement("Initiated", Iso(u.Started))))));
    }

    private static HttpAnswer Empty(int status) => new(status, []);

    private static HttpAnswer Xml(XElement root, int status = 200) =>
        new HttpAnswer(status, Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + root.ToString(SaveOptions.DisableFormatting)))
            .With("Content-Type", "application/xml");

    private static HttpAnswer Error(int status, string code, string message) => Xml(
        new XElement(
            "Error", new XElement("Code", code), new XElement("Message", message), new XElement("RequestId", "5C3D9175B6FC201293AD4567"),
            new XElement("HostId", "127.0.0.1"), new XElement("EC", "0000-00000000")),
        status);

    private static string Iso(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string ETagOf(byte[] content) => $"\"{Convert.ToHexString(MD5.HashData(content))}\"";

    /// <summary>Computes the checksum bit by bit from its definition.</summary>
    private static string Crc64(byte[] content)
    {
        ulong state = ulong.MaxValue;
        foreach (byte value in content)
        {
            state = s_crc64[(byte)(state ^ value)] ^ (state >> 8);
        }

        return (~state).ToString(CultureInfo.InvariantCulture);
    }

    private static readonly ulong[] s_crc64 = [.. Enumerable.Range(0, 256).Select(i =>
    {
        ulong value = (ulong)i;
        for (int bit = 0; bit < 8; bit++)
        {
            value = (value & 1) == 0 ? value >> 1 : (value >> 1) ^ 0xC96C5795D7870F42;
        }

        return value;
    })];
}
