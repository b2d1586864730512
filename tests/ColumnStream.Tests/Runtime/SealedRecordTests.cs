using System;
using System.Text;
using ColumnStream.Engine.Errors;
using ColumnStream.Runtime.Checkpoints;
using Xunit;

namespace ColumnStream.Tests.Runtime;

// Goal: no byte of a sealed record, its seal included, changes unseen, and records from before seals are read. Method: every bit of a
// record is flipped. Would fail if a seal whose own name is damaged made the record pass for one without.
public sealed class SealedRecordTests
{
    private static readonly byte[] s_record = SealedRecord.Seal(Encoding.UTF8.GetBytes(
        "{\"number\":3,\"nonce\":\"8df490e84093f56\",\"firstEpoch\":17}"));

    [Fact]
    public void Whatever_bit_flips_is_found()
    {
        SealedRecord.Check(s_record, "gen/3");
        for (int bit = 0; bit < 8 * s_record.Length; bit++)
        {
            byte[] damaged = [.. s_record];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.True(IsDamaged(damaged), $"{Encoding.Latin1.GetString(damaged)}");
        }
    }

    [Theory]
    [InlineData("{\"number\":3,\"nonce\":\"8df490e84093f56\",\"firstEpoch\":17}")]
    [InlineData("{\"epoch\":5,\"manifestSha256\":\"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\"}")]
    [InlineData("{}")]
    public void A_record_from_before_seals_is_read(string record) => SealedRecord.Check(Encoding.UTF8.GetBytes(record), "gen/3");

    private static bool IsDamaged(byte[] record)
    {
        try
        {
            SealedRecord.Check(record, "gen/3");
            using var json = System.Text.Json.JsonDocument.Parse(record);
            return false;
        }
        catch (ExternalException failure)
        {
            Assert.Equal(5011, failure.Code);
            Assert.Contains("gen/3", failure.Message, StringComparison.Ordinal);
            return true;
        }
        catch (System.Text.Json.JsonException)
        {
            return true;
        }
    }
}
