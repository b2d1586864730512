using System;
using System.Collections.Generic;
using System.Globalization;
using ColumnStream.Compute.Expressions;
using ColumnStream.Engine.Errors;
using ColumnStream.Sql;

namespace ColumnStream.Planner.Errors;

/// <summary>Collects errors and warnings of one source text.</summary>
internal sealed class DiagnosticBag(SourceText source)
{
    private int _muted;
    private int _mutedErrors;
    private int _unlisted;

    /// <summary>Gets the text that spans point into.</summary>
    public SourceText Source { get; } = source;

    /// <summary>Gets the errors in the order in which they were found.</summary>
    public List<SqlDiagnostic> Errors { get; } = [];

    /// <summary>Gets a number that rises with everything that is wrong, listed or not.</summary>
    public int Failures => Errors.Count + _unlisted;

    /// <summary>Gets the warnings in the order in which they were found.</summary>
    public List<SqlDiagnostic> Warnings { get; } = [];

    /// <summary>Adds an error, unless muted.</summary>
    public void Report(ErrorCode error, SourceSpan span, string? hint, params ReadOnlySpan<object?> values)
    {
        if (_muted > 0)
        {
            _mutedErrors++;
            return;
        }

        var message = string.Format(CultureInfo.InvariantCulture, error.Template, values);
        var diagnostic = new SqlDiagnostic(error.Code, message, span, hint);
        if (Errors.Count < SqlLimits.MaxDiagnostics && !Errors.Contains(diagnostic))
        {
            Errors.Add(diagnostic);
        }
        else
        {
            _unlisted++;
        }
    }

    /// <summary>Adds an error that was worded elsewhere, unless muted.</summary>
    public void Add(SqlDiagnostic diagnostic)
    {
        if (_muted > 0)
        {
            _mutedErrors++;
        }
        else if (Errors.Count < SqlLimits.MaxDiagnostics && !Errors.Contains(diagnostic))
        {
            Errors.Add(diagnostic);
        }
        else
        {
            _unlisted++;
        }
    }

    /// <summary>Notes that something builds on what was reported before.</summary>
    public void FollowError() => _unlisted++;

    /// <summary>Adds a warning.</summary>
    public void Warn(ErrorCode error, SourceSpan span, string? hint, params ReadOnlySpan<object?> values) =>
        Warnings.Add(new SqlDiagnostic(
            error.Code, string.Format(CultureInfo.InvariantCulture, error.Template, values), span, hint));

    /// <summary>Runs <paramref name="attempt"/> without reporting; returns its result, or null if it found an error.</summary>
    public T? Try<T>(Func<T> attempt)
        where T : class
    {
        int before = _mutedErrors;
        _muted++;
        try
        {
            T result = attempt();
            return _mutedErrors == before ? result : null;
        }
        finally
        {
            _muted--;
        }
    }

    /// <summary>Returns the place of <paramref name="span"/> as run-time errors show it: <c>job.sql:12:8</c>.</summary>
    public SourceLocation Locate(SourceSpan span)
    {
        SourcePosition position = Source.GetPosition(span.Start);
        return new SourceLocation($"{Source.FileName}:{position.Line}:{position.Column}");
    }
}
