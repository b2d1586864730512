using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Returns the instant of the rows as a processing-time attribute.</summary>
internal static class Proctime
{
    public static ScalarFunction Definition { get; } = Clock.Define(
        "PROCTIME", SqlType.TimestampLtz(3) with { TimeAttribute = TimeAttribute.Proctime },
        "Returns the processing time, which windows and lookup joins take.", "PROCTIME() IS NOT NULL", perRow: true);
}
