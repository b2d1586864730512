using System;
using System.Buffers;
using System.Collections.Generic;
using System.Net.Http;
using System.Text;

namespace ColumnStream.Flight.Http2;

/// <summary>Decodes blocks of headers (RFC 7541), one after another as they came over the connection.</summary>
/// <remarks>One thread. After an error the table is not the server's any more: the connection must end.</remarks>
internal sealed class HeaderDecoder
{
    /// <summary>The most bytes of one block's headers, each counted with 32 more.</summary>
    public const int MostBytes = 64 << 10;

    private readonly HeaderTable _table = new();

    /// <summary>Decodes one block.</summary>
    /// <exception cref="HttpProtocolException">The bytes are not such a block, or it is too large.</exception>
    public List<KeyValuePair<string, string>> Decode(ReadOnlySpan<byte> block)
    {
        List<KeyValuePair<string, string>> headers = [];
        int total = 0;
        while (!block.IsEmpty)
        {
            byte first = block[0];
            KeyValuePair<string, string> header;
            if (first >= 0x80)
            {
                header = Known(ReadInteger(ref block, 7));
            }
            else if (first >= 0x40)
            {
                header = ReadLiteral(ref block, 6);
                _table.Add(header);
            }
            else if (first >= 0x20)
            {
                Resize(ReadInteger(ref block, 5), headers.Count);
                continue;
            }
            else
            {
                header = ReadLiteral(ref block, 4);
            }

            total += HeaderTable.BytesOf(header);
            if (total > MostBytes)
            {
                throw Http2Error.Of(Http2Error.EnhanceYourCalm, $"Headers exceed the limit: {MostBytes} bytes.");
            }

            headers.Add(header);
        }

        return headers;
    }

    private void Resize(int bytes, int headers)
    {
        if (headers > 0 || bytes > HeaderTable.MostBytes)
        {
            throw Broken($"Table of headers is resized where or as it may not be: {bytes} bytes.");
        }

        _table.Limit(bytes);
    }

    private KeyValuePair<string, string> ReadLiteral(ref ReadOnlySpan<byte> block, int bits)
    {
        int number = ReadInteger(ref block, bits);
        string name = number == 0 ? ReadText(ref block) : Known(number).Key;
        return new(name, ReadText(ref block));
    }

    private KeyValuePair<string, string> Known(int number) =>
        _table.Find(number) ?? throw Broken($"Header's number is not known: {number}.");

    /// <summary>Reads an integer whose first byte shares its upper bits with something else.</summary>
    private static int ReadInteger(ref ReadOnlySpan<byte> block, int bits)
    {
        int most = (1 << bits) - 1;
        if (block.IsEmpty)
        {
            throw Broken("Block of headers ends inside a header.");
        }

        int value = block[0] & most;
        int at = 1;
        if (value == most)
        {
            for (int shift = 0; ; shift += 7)
            {
                if (at == block.Length || shift > 21)
                {
                    throw Broken("Block of headers holds an integer without end.");
                }

                byte b = block[at++];
                value += (b & 0x7F) << shift;
                if (b < 0x80)
                {
                    break;
                }
            }
        }

        block = block[at..];
        return value;
    }

    private static string ReadText(ref ReadOnlySpan<byte> block)
    {
        bool isPacked = !block.IsEmpty && block[0] >= 0x80;
        int length = ReadInteger(ref block, 7);
        if (length > block.Length)
        {
            throw Broken($"Header is longer than its block: {length}, {block.Length} bytes left.");
        }

        ReadOnlySpan<byte> bytes = block[..length];
        block = block[length..];
        if (!isPacked)
        {
            return Encoding.Latin1.GetString(bytes);
        }

        byte[] plain = ArrayPool<byte>.Shared.Rent((length * 8 / 5) + 1);
        try
        {
            return Encoding.Latin1.GetString(plain.AsSpan(0, HuffmanCode.Decode(bytes, plain)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(plain);
        }
    }

    private static HttpProtocolException Broken(string message) => Http2Error.Of(Http2Error.Compression, message);
}
