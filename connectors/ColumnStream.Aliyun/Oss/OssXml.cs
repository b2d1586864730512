using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace ColumnStream.Aliyun.Oss;

/// <summary>Reads and writes the XML of requests and answers. Answers come from outside: no entities, no schemas, a limit.</summary>
internal static class OssXml
{
    private const string Declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

    private static readonly XmlReaderSettings s_settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = 64 << 20,
    };

    public static string Delete(IEnumerable<string> keys)
    {
        StringBuilder text = new StringBuilder(Declaration).Append("<Delete><Quiet>true</Quiet>");
        foreach (string key in keys)
        {
            text.Append("<Object><Key>").Append(Escape(key)).Append("</Key></Object>");
        }

        return text.Append("</Delete>").ToString();
    }

    public static string Complete(IEnumerable<OssPart> parts)
    {
        StringBuilder text = new StringBuilder(Declaration).Append("<CompleteMultipartUpload>\n");
        foreach (OssPart part in parts.OrderBy(p => p.Number))
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"<Part>\n<PartNumber>{part.Number}</PartNumber>\n<ETag>{Escape(part.ETag)}</ETag>\n</Part>\n");
        }

        return text.Append("</CompleteMultipartUpload>").ToString();
    }

    /// <summary>Reads the root element, or returns null where the bytes are not XML.</summary>
    public static XElement? Parse(byte[] bytes)
    {
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(bytes, writable: false), s_settings);
            return XDocument.Load(reader).Root;
        }
        catch (XmlException)
        {
            return null;
        }
    }

    /// <summary>Returns the text of a child, whatever its namespace, or null.</summary>
    public static string? Text(this XElement parent, string name) =>
        parent.Elements().FirstOrDefault(e => e.Name.LocalName == name)?.Value;

    public static IEnumerable<XElement> Children(this XElement parent, string name) =>
        parent.Elements().Where(e => e.Name.LocalName == name);

    public static OssListing? Listing(XElement root)
    {
        bool isEncoded = root.Text("EncodingType") == "url";
        string Decode(string? text) => isEncoded ? Uri.UnescapeDataString(text ?? "") : text ?? "";
        var objects = new List<OssObject>();
        foreach (XElement item in root.Children("Contents"))
        {
            if (!long.TryParse(item.Text("Size"), NumberStyles.None, CultureInfo.InvariantCulture, out long length))
            {
                return null;
            }

            objects.Add(new OssObject(
                Decode(item.Text("Key")), length, item.Text("ETag") ?? "", Time(item.Text("LastModified")), null));
        }

        return new OssListing(
            objects,
            [.. root.Children("CommonPrefixes").Select(p => Decode(p.Text("Prefix")))],
            root.Text("IsTruncated") == "true" ? root.Text("NextContinuationToken") : null);
    }

    public static IEnumerable<OssPendingUpload> Uploads(XElement root) => root.Children("Upload").Select(
        u => new OssPendingUpload(u.Text("Key") ?? "", u.Text("UploadId") ?? "", Time(u.Text("Initiated"))));

    private static DateTimeOffset Time(string? text) => DateTimeOffset.TryParse(
        text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
        ? time
        : DateTimeOffset.UnixEpoch;

    private static string Escape(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal);
}
