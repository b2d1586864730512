using System.Globalization;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Compute.WindowFunctions;

namespace ColumnStream.Engine.Operators.TimeOver;

/// <summary>Says how one call is computed: out of what was before, or out of the rows in its frame.</summary>
internal sealed class OverCall
{
    /// <summary>Plans a call.</summary>
    public OverCall(WindowCall window)
    {
        Window = window;
        Ranking = window.Frame is not null ? Ranking.None : window.Call.Function switch
        {
            "ROW_NUMBER" => Ranking.RowNumber,
            "RANK" => Ranking.Rank,
            "DENSE_RANK" => Ranking.DenseRank,
            _ => Ranking.None,
        };
        if (window.Frame is { Start.Kind: FrameLimitKind.UnboundedPreceding })
        {
            Accumulator = AggregateTable.Find(window.Call.Function)!.CreateInsertOnly(window.Call);
        }
        else if (window.Frame is { } frame)
        {
            long distance = frame.Start.Kind == FrameLimitKind.CurrentRow ? 0 : frame.Start.Offset;
            RowsBefore = frame.IsRows ? distance : 0;
            TimeBefore = frame.IsRows ? -1 : distance;
        }
        else if (Ranking == Ranking.None)
        {
            // LAG: so many rows before.
            RowsBefore = window.Call.Constants.Count == 0 ? 1
                : long.Parse(window.Call.Constants[0].Value!, CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Gets the call.</summary>
    public WindowCall Window { get; }

    /// <summary>Gets which rank it is, if it is one.</summary>
    public Ranking Ranking { get; }

    /// <summary>Gets what goes on from row to row, or null.</summary>
    public Accumulator? Accumulator { get; }

    /// <summary>Gets whether rows before the ones that come are needed.</summary>
    public bool ReadsRows => Ranking == Ranking.None && Accumulator is null;

    /// <summary>Gets how many rows before are needed.</summary>
    public long RowsBefore { get; }

    /// <summary>Gets how far back rows are needed, in what the time column stores; -1 when time does not matter.</summary>
    public long TimeBefore { get; } = -1;
}
