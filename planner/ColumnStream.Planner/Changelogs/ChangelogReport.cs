using System;
using System.Collections.Generic;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Errors;
using ColumnStream.Sql;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Reports a node's error at the statement whose sink needs it.</summary>
internal sealed class ChangelogReport(DiagnosticBag diagnostics, IReadOnlyDictionary<int, SourceSpan> sinkSpans, int[] sinkOf)
{
    /// <summary>Adds an error.</summary>
    public void Add(ErrorCode error, PhysicalNode node, string? hint, params ReadOnlySpan<object?> values) =>
        diagnostics.Report(error, sinkSpans.GetValueOrDefault(sinkOf[node.Id]), hint, values);

    /// <summary>Adds a warning.</summary>
    public void Warn(ErrorCode error, PhysicalNode node, string? hint, params ReadOnlySpan<object?> values) =>
        diagnostics.Warn(error, sinkSpans.GetValueOrDefault(sinkOf[node.Id]), hint, values);
}
