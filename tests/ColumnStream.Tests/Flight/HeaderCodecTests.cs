using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using ColumnStream.Flight.Http2;
using Xunit;

namespace ColumnStream.Tests.Flight;

/// <summary>
/// Goal: headers are read as RFC 7541 writes them, and bad ones end in an error. Method: the specification's own examples (appendix C),
/// its code for bytes of every length (appendix B), and blocks that lie.
/// </summary>
public sealed class HeaderCodecTests
{
    private const string Date = "date=Mon, 21 Oct 2013 20:13:21 GMT";
    private const string Location = "location=https://www.example.com";

    /// <summary>Breaks when an entry is evicted too early or too late, or numbers count from the wrong end.</summary>
    [Theory]
    [InlineData(
        "4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d546e1768747470733a2f2f7777772e6578616d706c"
            + "652e636f6d",
        "4803333037c1c0bf",
        "88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a69707738666f6f3d4153444a4b48514b425a584f5157454f50495541"
            + "585157454f49553b206d61782d6167653d333630303b2076657273696f6e3d31")]
    [InlineData(
        "488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3",
        "4883640effc1c0bf",
        "88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587"
            + "316065c003ed4ee5b1063d5007")]
    public void The_specifications_answers(string first, string second, string third)
    {
        var decoder = new HeaderDecoder();
        // The examples' table holds 256 bytes, which a change of its size says.
        Assert.Equal([":status=302", "cache-control=private", Date, Location], Decode(decoder, "3fe101" + first));
        Assert.Equal([":status=307", "cache-control=private", Date, Location], Decode(decoder, second));
        Assert.Equal(
            [
                ":status=200", "cache-control=private", Date.Replace(":21 ", ":22 ", StringComparison.Ordinal), Location,
                "content-encoding=gzip", "set-cookie=foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1",
            ],
            Decode(decoder, third));
    }

    [Theory]
    [InlineData(0x00, 0x1ff8, 13)]
    [InlineData(0x0a, 0x3ffffffc, 30)]
    [InlineData(0x16, 0x3ffffffe, 30)]
    [InlineData(0x20, 0x14, 6)]
    [InlineData(0x5c, 0x7fff0, 19)]
    [InlineData(0x61, 0x3, 5)]
    [InlineData(0x7a, 0x7b, 7)]
    [InlineData(0x7f, 0xffffffc, 28)]
    [InlineData(0x80, 0xfffe6, 20)]
    [InlineData(0x81, 0x3fffd2, 22)]
    [InlineData(0x99, 0x1fffdc, 21)]
    [InlineData(0xc0, 0x3ffffe0, 26)]
    [InlineData(0xc7, 0x1ffffec, 25)]
    [InlineData(0xf9, 0xffffffe, 28)]
    [InlineData(0xff, 0x3ffffee, 26)]
    public void The_specifications_code(int symbol, int code, int bits)
    {
        ulong packed = ((ulong)code << (64 - bits)) | (ulong.MaxValue >> bits);
        var bytes = new byte[(bits + 7) / 8];
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)(packed >> (56 - (8 * i)));
        }

        var target = new byte[8];
        Assert.Equal(1, HuffmanCode.Decode(bytes, target));
        Assert.Equal(symbol, target[0]);
    }

    [Theory]
    [InlineData("80", "number nought")]
    [InlineData("be", "a number that the table does not reach")]
    [InlineData("ff", "an integer that does not end")]
    [InlineData("ffffffffffff0f", "an integer beyond bounds")]
    [InlineData("4005", "a name that does not come")]
    [InlineData("400161ff80808008", "a value longer than the block")]
    [InlineData("3fe21f", "a table larger than was allowed")]
    [InlineData("883fe101", "a change of the table's size behind a header")]
    [InlineData("4001618384ffffff", "padding longer than seven bits")]
    [InlineData("40016184ffffffff", "the end inside a text")]
    [InlineData("40016181e0", "padding with noughts")]
    public void Blocks_that_lie_are_refused(string hex, string what)
    {
        var error = Record.Exception(() => Decode(new HeaderDecoder(), hex));
        Assert.True(error is HttpProtocolException { ErrorCode: Http2Error.Compression }, $"{what}: {error}");
    }

    /// <summary>Breaks when headers are counted as they travel: one number can stand for much.</summary>
    [Fact]
    public void A_block_that_grows_beyond_the_limit_is_refused()
    {
        var value = new string('x', 3000);
        byte[] block = [0x40, 1, (byte)'a', 0x7F, .. Integer(value.Length - 127), .. value.Select(c => (byte)c), .. Enumerable.Repeat((byte)0xBE, 100)];
        var error = Assert.Throws<HttpProtocolException>(() => new HeaderDecoder().Decode(block));
        Assert.Equal(Http2Error.EnhanceYourCalm, error.ErrorCode);

        static byte[] Integer(int value) => [(byte)(value | 0x80), (byte)(value >> 7)];
    }

    [Fact]
    public void Requests_come_back_as_they_were_written()
    {
        string large = new('v', 20_000);
        byte[] block = HeaderEncoder.Encode(isEncrypted: true, "host:1", "/a/b", [new("authorization", "Bearer x"), new("x", large)]);
        Assert.Equal(
            [":method=POST", ":scheme=https", ":path=/a/b", ":authority=host:1", "authorization=Bearer x", "x=" + large],
            Decode(new HeaderDecoder(), Convert.ToHexString(block)));
    }

    private static IEnumerable<string> Decode(HeaderDecoder decoder, string hex) =>
        decoder.Decode(Convert.FromHexString(hex)).Select(h => $"{h.Key}={h.Value}").ToList();
}
