using System.Collections.Generic;

namespace ColumnStream.Flight.Http2;

/// <summary>Holds the headers that a server refers to by number: those of RFC 7541, appendix A, then its own, newest first.</summary>
internal sealed class HeaderTable
{
    /// <summary>The size that is announced, which is the default.</summary>
    public const int MostBytes = 4096;

    private const int OverheadBytes = 32;
    private static readonly KeyValuePair<string, string>[] s_static =
    [
        new(":authority", ""), new(":method", "GET"), new(":method", "POST"), new(":path", "/"), new(":path", "/index.html"),
        new(":scheme", "http"), new(":scheme", "https"), new(":status", "200"), new(":status", "204"), new(":status", "206"),
        new(":status", "304"), new(":status", "400"), new(":status", "404"), new(":status", "500"), new("accept-charset", ""),
        new("accept-encoding", "gzip, deflate"), new("accept-language", ""), new("accept-ranges", ""), new("accept", ""),
        new("access-control-allow-origin", ""), new("age", ""), new("allow", ""), new("authorization", ""),
        new("cache-control", ""), new("content-disposition", ""), new("content-encoding", ""), new("content-language", ""),
        new("content-length", ""), new("content-location", ""), new("content-range", ""), new("content-type", ""),
        new("cookie", ""), new("date", ""), new("etag", ""), new("expect", ""), new("expires", ""), new("from", ""),
        new("host", ""), new("if-match", ""), new("if-modified-since", ""), new("if-none-match", ""), new("if-range", ""),
        new("if-unmodified-since", ""), new("last-modified", ""), new("link", ""), new("location", ""), new("max-forwards", ""),
        new("proxy-authenticate", ""), new("proxy-authorization", ""), new("range", ""), new("referer", ""), new("refresh", ""),
        new("retry-after", ""), new("server", ""), new("set-cookie", ""), new("strict-transport-security", ""),
        new("transfer-encoding", ""), new("user-agent", ""), new("vary", ""), new("via", ""), new("www-authenticate", ""),
    ];

    private readonly List<KeyValuePair<string, string>> _own = [];
    private int _bytes;
    private int _limit = MostBytes;

    /// <summary>Returns the header of a number, which begins with 1; null where there is none.</summary>
    public KeyValuePair<string, string>? Find(long number)
    {
        if (number <= s_static.Length)
        {
            return number > 0 ? s_static[number - 1] : null;
        }

        long back = number - s_static.Length;
        return back <= _own.Count ? _own[_own.Count - (int)back] : null;
    }

    /// <summary>Adds a header; the oldest go where there is no room, and one that is too large leaves none.</summary>
    public void Add(KeyValuePair<string, string> header)
    {
        int bytes = BytesOf(header);
        Evict(_limit - bytes);
        if (bytes <= _limit)
        {
            _own.Add(header);
            _bytes += bytes;
        }
    }

    /// <summary>Changes the limit, at most to what was announced.</summary>
    public void Limit(int bytes)
    {
        _limit = bytes;
        Evict(bytes);
    }

    /// <summary>Returns what a header counts as.</summary>
    public static int BytesOf(KeyValuePair<string, string> header) => header.Key.Length + header.Value.Length + OverheadBytes;

    private void Evict(int most)
    {
        int count = 0;
        for (; _bytes > most && count < _own.Count; count++)
        {
            _bytes -= BytesOf(_own[count]);
        }

        _own.RemoveRange(0, count);
    }
}
