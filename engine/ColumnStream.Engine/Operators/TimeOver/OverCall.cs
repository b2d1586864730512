using System.Globalization;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Compute.WindowFunctions;

namespace ColumnStream.Engine.Operators.TimeOver;

/// <summary>Says how one call is computed: out of what was before, or out of the rows in its frame.</summary>
/// <remarks>
/// An accumulator goes on from row to row where the frame begins with the partition, and where it can take back exactly what
/// leaves the frame. All others (extremes, sums of floating point, DISTINCT in bounded frames) are made of the frame's rows anew.
/// </remarks>
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
        if (Ranking != Ranking.None)
        {
            return;
        }

        if (window.Frame is not { } frame)
        {
            // LAG: the first row of a frame of so many rows before.
            IsLag = true;
            IsRows = true;
            Distance = window.Call.Constants.Count == 0 ? 1
                : long.TryParse(window.Call.Constants[0].Value, CultureInfo.InvariantCulture, out long rows) ? rows : 1;
            return;
        }

        IsRows = frame.IsRows;
        Distance = frame.Start.Kind switch
        {
            FrameLimitKind.UnboundedPreceding => -1,
            FrameLimitKind.CurrentRow => 0,
            _ => frame.Start.Offset,
        };
        Accumulator accumulator = AggregateTable.Find(window.Call.Function)!.CreateInsertOnly(window.Call);
        if (Distance < 0 || (accumulator.CanUnmerge && !window.Call.Distinct))
        {
            Accumulator = accumulator;
        }
        else
        {
            ReadsRows = true;
        }
    }

    /// <summary>Gets the call.</summary>
    public WindowCall Window { get; }

    /// <summary>Gets which rank it is, if it is one.</summary>
    public Ranking Ranking { get; }

    /// <summary>Gets what goes on from row to row, or null.</summary>
    public Accumulator? Accumulator { get; }

    /// <summary>Gets whether it is LAG.</summary>
    public bool IsLag { get; }

    /// <summary>Gets whether the result is made of the rows of the frame, each time anew.</summary>
    public bool ReadsRows { get; }

    /// <summary>Gets whether the frame counts rows.</summary>
    public bool IsRows { get; }

    /// <summary>Gets how far back the frame reaches, in rows or in what the time column stores; -1 when it has no bound.</summary>
    public long Distance { get; } = -1;
}
