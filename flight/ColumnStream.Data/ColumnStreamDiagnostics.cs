using System;
using System.Diagnostics;

namespace ColumnStream.Data;

/// <summary>Tells listeners of OpenTelemetry what commands run; without a listener it costs nothing.</summary>
public static class ColumnStreamDiagnostics
{
    /// <summary>Names the source of activities: <c>AddSource("ColumnStream.Data")</c> listens to it.</summary>
    public const string SourceName = "ColumnStream.Data";

    private static readonly ActivitySource Source = new(
        SourceName, typeof(ColumnStreamDiagnostics).Assembly.GetName().Version?.ToString());

    /// <summary>Begins the activity of a command, with OpenTelemetry's names of database calls; null without listeners.</summary>
    internal static Activity? Start(ColumnStreamCommand command)
    {
        Activity? activity = Source.HasListeners() ? Source.StartActivity("columnstream.query", ActivityKind.Client) : null;
        if (activity is not null)
        {
            activity.SetTag("db.system.name", "columnstream");
            activity.SetTag("db.namespace", command.Connection?.Database);
            activity.SetTag("db.query.text", command.CommandText);
            activity.SetTag("server.address", command.Connection?.DataSource);
        }

        return activity;
    }

    /// <summary>Marks an activity as failed; always false, for a filter that lets the error pass.</summary>
    internal static bool Tell(Activity? activity, Exception error)
    {
        if (activity is not null)
        {
            activity.SetStatus(ActivityStatusCode.Error, error.Message);
            activity.SetTag("error.type", (error as ColumnStreamException)?.Code ?? error.GetType().FullName);
            if (error is ColumnStreamException { SqlState: { } state })
            {
                activity.SetTag("db.response.status_code", state);
            }
        }

        return false;
    }
}
