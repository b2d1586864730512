using ColumnStream.Compute.Types;

namespace ColumnStream.Server.Introspection;

/// <summary>Names the types of columns of system tables.</summary>
internal static class SystemTypes
{
    /// <summary>Gets STRING NOT NULL.</summary>
    public static SqlType Text { get; } = SqlType.String.WithNullable(false);

    /// <summary>Gets BIGINT NOT NULL.</summary>
    public static SqlType Number { get; } = SqlType.BigInt.WithNullable(false);

    /// <summary>Gets TIMESTAMP_LTZ(3).</summary>
    public static SqlType Instant { get; } = SqlType.TimestampLtz(3);
}
