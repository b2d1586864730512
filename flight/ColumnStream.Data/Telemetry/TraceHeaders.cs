using System;
using System.Diagnostics;
using ColumnStream.Flight.Grpc;

namespace ColumnStream.Data.Telemetry;

/// <summary>Puts the context of a trace into the headers of a call, in the form that the process has chosen: W3C's, if it chose none.</summary>
internal static class TraceHeaders
{
    /// <summary>Gives the headers, or a copy of them with the context of the activity at hand.</summary>
    public static GrpcMetadata With(GrpcMetadata headers)
    {
        if (Activity.Current is not { } activity)
        {
            return headers;
        }

        var all = new GrpcMetadata();
        foreach ((string name, string value) in headers)
        {
            all.Add(name, value);
        }

        DistributedContextPropagator.Current.Inject(
            activity, all, static (carrier, name, value) => Add((GrpcMetadata)carrier!, name, value));
        return all;
    }

    /// <summary>Adds a header where it can travel: what the user put into a trace must not fail his query.</summary>
    private static void Add(GrpcMetadata headers, string name, string value)
    {
        try
        {
            headers.Add(name, value);
        }
        catch (ArgumentException)
        {
        }
    }
}
