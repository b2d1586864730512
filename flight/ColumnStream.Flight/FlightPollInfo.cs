using System;

namespace ColumnStream.Flight;

/// <summary>States what is known of a query that may still run.</summary>
public sealed record FlightPollInfo
{
    /// <summary>Gets the results so far, or null.</summary>
    public FlightInfo? Info { get; init; }

    /// <summary>Gets what to ask with next; null where the query is complete.</summary>
    public FlightDescriptor? Next { get; init; }

    /// <summary>Gets the part that is done, 0 to 1, or null.</summary>
    public double? Progress { get; init; }

    /// <summary>Gets until when <see cref="Next"/> is good, or null.</summary>
    public DateTimeOffset? Expiration { get; init; }

    internal static FlightPollInfo FromMessage(Protos.PollInfo message) => new()
    {
        Info = message.Info is null ? null : FlightInfo.FromMessage(message.Info),
        Next = FlightDescriptor.FromMessage(message.FlightDescriptor),
        Progress = message.HasProgress ? message.Progress : null,
        Expiration = FlightTime.FromMessage(message.ExpirationTime),
    };

    internal Protos.PollInfo ToMessage()
    {
        var message = new Protos.PollInfo
        {
            Info = Info?.ToMessage(),
            FlightDescriptor = Next?.ToMessage(),
            ExpirationTime = FlightTime.ToMessage(Expiration),
        };
        if (Progress is { } progress)
        {
            message.Progress = progress;
        }

        return message;
    }
}
