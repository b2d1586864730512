using System;
using ColumnStream.Flight.Grpc;
using Google.Protobuf.WellKnownTypes;

namespace ColumnStream.Flight;

/// <summary>Maps points in time; what lies outside of years 1 to 9999 is refused.</summary>
internal static class FlightTime
{
    private const long FirstSecond = -62135596800;
    private const long LastSecond = 253402300799;

    public static DateTimeOffset? FromMessage(Timestamp? time) => time switch
    {
        null => null,
        { Seconds: >= FirstSecond and <= LastSecond, Nanos: >= 0 and < 1_000_000_000 } =>
            DateTimeOffset.FromUnixTimeSeconds(time.Seconds).AddTicks(time.Nanos / 100),
        _ => throw new GrpcException(GrpcStatusCode.InvalidArgument, $"Time is impossible: {time.Seconds} s, {time.Nanos} ns."),
    };

    public static Timestamp? ToMessage(DateTimeOffset? time) => time is { } value ? Timestamp.FromDateTimeOffset(value) : null;
}
