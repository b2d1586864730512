using ColumnStream.Compute.Types;

namespace ColumnStream.Server.Introspection;

/// <summary>Names the types of columns of system tables.</summary>
internal static class SystemTypes
{
    // A TIMESTAMP_LTZ reaches from year 0 to 9999; the first and the last watermark lie outside.
    private const long LeastMs = -62_167_219_200_000;
    private const long MostMs = 253_402_300_799_999;

    /// <summary>Gets STRING NOT NULL.</summary>
    public static SqlType Text { get; } = SqlType.String.WithNullable(false);

    /// <summary>Gets BIGINT NOT NULL.</summary>
    public static SqlType Number { get; } = SqlType.BigInt.WithNullable(false);

    /// <summary>Gets TIMESTAMP_LTZ(3).</summary>
    public static SqlType Instant { get; } = SqlType.TimestampLtz(3);

    /// <summary>Gives a watermark as a TIMESTAMP_LTZ, or null before the first and behind the end.</summary>
    public static long? Watermark(long ms) => ms is >= LeastMs and <= MostMs ? ms : null;
}
