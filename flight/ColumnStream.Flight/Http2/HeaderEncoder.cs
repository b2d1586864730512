using System.Collections.Generic;
using System.IO;
using System.Text;

namespace ColumnStream.Flight.Http2;

/// <summary>Encodes a request's headers (RFC 7541) without a table: a call has few of them, and its batches are large.</summary>
internal static class HeaderEncoder
{
    private const byte AuthorityName = 1;
    private const byte MethodPost = 0x80 | 3;
    private const byte PathName = 4;
    private const byte SchemeHttp = 0x80 | 6;
    private const byte SchemeHttps = 0x80 | 7;

    /// <summary>Encodes what goes in front of a request; values are Latin-1.</summary>
    public static byte[] Encode(
        bool isEncrypted, string authority, string path, IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        var block = new MemoryStream();
        block.WriteByte(MethodPost);
        block.WriteByte(isEncrypted ? SchemeHttps : SchemeHttp);
        block.WriteByte(PathName);
        WriteText(block, path);
        block.WriteByte(AuthorityName);
        WriteText(block, authority);
        foreach ((string name, string value) in headers)
        {
            // What says who calls is never to be kept in a table.
            block.WriteByte((byte)(name is "authorization" or "cookie" ? 0x10 : 0));
            WriteText(block, name);
            WriteText(block, value);
        }

        return block.ToArray();
    }

    private static void WriteText(MemoryStream block, string text)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        int length = bytes.Length;
        if (length < 0x7F)
        {
            block.WriteByte((byte)length);
        }
        else
        {
            block.WriteByte(0x7F);
            for (length -= 0x7F; length >= 0x80; length >>= 7)
            {
                block.WriteByte((byte)(length | 0x80));
            }

            block.WriteByte((byte)length);
        }

        block.Write(bytes);
    }
}
