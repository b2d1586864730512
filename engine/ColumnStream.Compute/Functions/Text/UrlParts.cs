using System;
using System.Globalization;
using System.Net;
using System.Text;
using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Finds the parts of a URL as <c>java.net.URL</c> does, as slices of its bytes.</summary>
/// <remarks>
/// <code>
/// protocol:[//[userinfo@]host[:port]][path][?query][#ref]
/// </code>
/// Schemes other than http, https, ftp, file, mailto and jar are no URL there.
/// </remarks>
internal struct UrlParts
{
    private Utf8 _protocol;
    private Utf8 _authority;
    private Utf8 _userInfo;
    private Utf8 _host;
    private Utf8 _path;
    private Utf8 _query;
    private Utf8 _reference;
    private bool _hasAuthority;
    private bool _hasUserInfo;
    private bool _hasQuery;
    private bool _hasReference;

    public static bool TryParse(Utf8 text, out UrlParts url)
    {
        url = default;
        int start = 0;
        int end = text.Length;
        while (end > 0 && text[end - 1] <= ' ')
        {
            end--;
        }

        while (start < end && text[start] <= ' ')
        {
            start++;
        }

        if (end - start >= 4 && Ascii.EqualsIgnoreCase(text.Span.Slice(start, 4), "url:"u8))
        {
            start += 4;
        }

        ReadOnlySpan<byte> span = text.Span[..end];
        int colon = span[start..].IndexOfAny((byte)':', (byte)'/', (byte)'#');
        if (colon <= 0 || span[start + colon] != ':' || !IsKnown(span.Slice(start, colon)))
        {
            return false;
        }

        url._protocol = text.Slice(start, colon);
        start += colon + 1;
        int mark = span[start..].IndexOf((byte)'#');
        if (mark >= 0)
        {
            url._hasReference = !Is(url._protocol, "mailto"u8);
            url._reference = text.Slice(start + mark + 1, end - start - mark - 1);
            end = start + mark;
        }

        if (Is(url._protocol, "jar"u8))
        {
            url._path = text.Slice(start, end - start);
            url._host = text.Slice(0, 0);
            return url._path.Span.IndexOf("!/"u8) >= 0;
        }

        mark = start < end ? text.Span[start..end].IndexOf((byte)'?') : -1;
        if (mark >= 0)
        {
            url._hasQuery = true;
            url._query = text.Slice(start + mark + 1, end - start - mark - 1);
            end = start + mark;
        }

        return url.ParseHierarchy(text, start, end);
    }

    /// <summary>Gets a part by its name; false where the URL lacks it, or the name is none.</summary>
    public readonly bool TryGet(Frame frame, ReadOnlySpan<byte> part, out Utf8 value)
    {
        value = default;
        switch (Encoding.ASCII.GetString(part[..Math.Min(part.Length, 10)]))
        {
            case "HOST":
                value = _host;
                return true;
            case "PATH":
                value = _path;
                return true;
            case "FILE":
                // Path, question mark and query stand side by side.
                value = _path.Slice(0, _path.Length + (_hasQuery ? _query.Length + 1 : 0));
                return true;
            case "PROTOCOL":
                value = LetterCase.Convert(frame, _protocol, upper: false);
                return true;
            case "QUERY":
                value = _query;
                return _hasQuery;
            case "REF":
                value = _reference;
                return _hasReference;
            case "AUTHORITY":
                value = _authority;
                return _hasAuthority;
            case "USERINFO":
                value = _userInfo;
                return _hasUserInfo;
            default:
                return false;
        }
    }

    private static bool Is(Utf8 protocol, ReadOnlySpan<byte> name) => Ascii.EqualsIgnoreCase(protocol.Span, name);

    private static bool IsKnown(ReadOnlySpan<byte> protocol) =>
        Ascii.EqualsIgnoreCase(protocol, "http"u8) || Ascii.EqualsIgnoreCase(protocol, "https"u8)
        || Ascii.EqualsIgnoreCase(protocol, "ftp"u8) || Ascii.EqualsIgnoreCase(protocol, "file"u8)
        || Ascii.EqualsIgnoreCase(protocol, "mailto"u8) || Ascii.EqualsIgnoreCase(protocol, "jar"u8);

    private bool ParseHierarchy(Utf8 text, int start, int end)
    {
        ReadOnlySpan<byte> span = text.Span[..end];
        _host = text.Slice(start, 0);
        bool isShare = span[start..].StartsWith("////"u8);
        if (!isShare && span[start..].StartsWith("//"u8))
        {
            start += 2;
            int slash = span[start..].IndexOf((byte)'/');
            int length = slash < 0 ? end - start : slash;
            _hasAuthority = true;
            _authority = text.Slice(start, length);
            start += length;
            if (!ParseAuthority())
            {
                return false;
            }
        }

        _path = text.Slice(start, end - start);
        return true;
    }

    private bool ParseAuthority()
    {
        ReadOnlySpan<byte> authority = _authority.Span;
        int at = authority.IndexOf((byte)'@');
        _host = _authority;
        if (at >= 0)
        {
            if (authority.LastIndexOf((byte)'@') != at)
            {
                // Two of them: neither user nor host is known.
                _host = _authority.Slice(0, 0);
                return true;
            }

            _hasUserInfo = true;
            _userInfo = _authority.Slice(0, at);
            _host = _authority.Slice(at + 1, authority.Length - at - 1);
        }

        ReadOnlySpan<byte> host = _host.Span;
        int hostEnd = host.IndexOf((byte)':');
        if (host.Length > 0 && host[0] == '[')
        {
            int close = host.IndexOf((byte)']');
            if (close <= 2 || !IPAddress.TryParse(Encoding.ASCII.GetString(host[1..close]), out _)
                || (close + 1 < host.Length && host[close + 1] != ':'))
            {
                return false;
            }

            hostEnd = close + 1;
        }

        if (hostEnd < 0 || hostEnd == host.Length)
        {
            return true;
        }

        ReadOnlySpan<byte> port = host[(hostEnd + 1)..];
        _host = _host.Slice(0, hostEnd);
        return port.IsEmpty
            || (int.TryParse(port, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= -1);
    }
}
