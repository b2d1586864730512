using System.Collections.Generic;
using System.Diagnostics;
using ColumnStream.Flight.Grpc;

namespace ColumnStream.Flight.Hosting;

/// <summary>
/// Continues the trace of a client at the server: an activity for each call, of the source <c>ColumnStream.Flight</c>, below the one
/// that the call's headers name. Without a listener it costs nothing.
/// </summary>
internal static class CallActivity
{
    private static readonly ActivitySource s_source = new(
        "ColumnStream.Flight", typeof(CallActivity).Assembly.GetName().Version?.ToString());

    /// <summary>Begins the activity of a call, with OpenTelemetry's names of remote calls; null without listeners.</summary>
    public static Activity? Begin(GrpcServerCall call, GrpcRoute route)
    {
        if (!s_source.HasListeners())
        {
            return null;
        }

        DistributedContextPropagator.Current.ExtractTraceIdAndState(
            call.RequestHeaders, Header, out string? parent, out string? state);
        ActivityContext.TryParse(parent, state, isRemote: true, out ActivityContext context);
        return s_source.StartActivity(route.Path.TrimStart('/'), ActivityKind.Server, context)
            ?.SetTag("rpc.system", "grpc")
            .SetTag("rpc.method", call.Method);
    }

    /// <summary>Notes how a call ended.</summary>
    public static void End(Activity? activity, GrpcStatus status)
    {
        activity?.SetTag("rpc.grpc.status_code", (int)status.Code);
        if (status.Code != GrpcStatusCode.Ok)
        {
            activity?.SetStatus(ActivityStatusCode.Error, status.Message);
        }
    }

    private static void Header(object? carrier, string name, out string? value, out IEnumerable<string>? values)
    {
        value = ((GrpcMetadata)carrier!).Get(name);
        values = null;
    }
}
