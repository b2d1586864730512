using System.Diagnostics;

namespace ColumnStream.Data;

/// <summary>
/// Names what OpenTelemetry listens to: activities of commands, whose context goes with every call to the server, and instruments.
/// </summary>
public static class ColumnStreamDiagnostics
{
    /// <summary>Names the source of activities: <c>AddSource("ColumnStream.Data")</c> listens to it.</summary>
    public const string SourceName = "ColumnStream.Data";

    /// <summary>Names the meter: <c>AddMeter("ColumnStream.Data")</c> listens to it.</summary>
    public const string MeterName = "ColumnStream.Data";

    /// <summary>Gets the source of activities.</summary>
    internal static ActivitySource Source { get; } = new(
        SourceName, typeof(ColumnStreamDiagnostics).Assembly.GetName().Version?.ToString());
}
