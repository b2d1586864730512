using System;
using System.Diagnostics;

namespace ColumnStream.Data.Telemetry;

/// <summary>Is what one call of a user does at the server, as traces and metrics see it: from its beginning to its first rows.</summary>
internal sealed class Operation : IDisposable
{
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly Activity? _activity;
    private TagList _tags;

    private Operation(ColumnStreamConnection connection, string? name, string? text)
    {
        _time = connection.Source.Time;
        _started = _time.GetTimestamp();
        _tags = connection.Source.Pool.Tags;
        if (connection.Database.Length > 0)
        {
            _tags.Add("db.namespace", connection.Database);
        }

        if (name is not null)
        {
            _tags.Add("db.operation.name", name);
        }

        _activity = ColumnStreamDiagnostics.Source.StartActivity(
            name ?? "columnstream", ActivityKind.Client, default(ActivityContext), _tags);
        _activity?.SetTag("db.query.text", text);
    }

    /// <summary>Begins an operation on an open connection.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="name">What is done, out of few words; null where that is not known.</param>
    /// <param name="text">The statement, which only traces get.</param>
    public static Operation Begin(ColumnStreamConnection connection, string? name, string? text) => new(connection, name, text);

    /// <summary>Marks the operation as failed; always false, for a filter that lets the error pass.</summary>
    public bool Fail(Exception error)
    {
        _tags.Add("error.type", (error as ColumnStreamException)?.Code ?? error.GetType().FullName);
        if (error is ColumnStreamException { SqlState: { } state })
        {
            _tags.Add("db.response.status_code", state);
        }

        if (_activity is not null)
        {
            _activity.SetStatus(ActivityStatusCode.Error, error.Message);
            foreach ((string key, object? value) in _tags)
            {
                _activity.SetTag(key, value);
            }
        }

        return false;
    }

    /// <summary>Ends the operation and tells how long it took.</summary>
    public void Dispose()
    {
        if (Metrics.OperationDuration.Enabled)
        {
            Metrics.OperationDuration.Record(_time.GetElapsedTime(_started).TotalSeconds, _tags);
        }

        _activity?.Dispose();
    }
}
