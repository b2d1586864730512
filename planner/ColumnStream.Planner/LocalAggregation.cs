using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Changelogs;

namespace ColumnStream.Planner;

/// <summary>Decides which aggregations are made in two phases, the first before the exchange, and makes the first.</summary>
/// <remarks>
/// Two phases need aggregates whose state is a few numbers that merge: no DISTINCT, no kept values, none that order decides,
/// and none that needs all values when rows are taken back.
/// </remarks>
internal static class LocalAggregation
{
    private static readonly string[] s_ordered = ["FIRST_VALUE", "LAST_VALUE"];

    /// <summary>Tells whether an aggregation over a node may have a phase before the exchange.</summary>
    public static bool CanSplit(ValueList<AggregateCall> calls, int input, ChangelogFacts facts) =>
        facts.Options.IsTwoPhase && calls.All(call => CanSplit(call, facts.Updates(input)));

    /// <summary>Tells whether windows are slices of event time, given once: rows of one slice may then meet before the exchange.</summary>
    public static bool HasSlices(WindowSpec window, WindowFiring? firing) =>
        window is { Kind: not WindowKind.Session, IsProctime: false } && firing is null;

    /// <summary>Makes the phase before the exchange.</summary>
    public static LocalAggregateNode Node(
        ValueList<int> keys, ValueList<AggregateCall> calls, WindowSpec? window, int input, ChangelogFacts facts, string uid) =>
        new(keys, calls)
        {
            Id = 0,
            Inputs = [input],
            Output = Fields(keys, calls, window, input, facts),
            Uid = uid,
            Window = window,
            InsertOnlyInput = !facts.Updates(input),
        };

    /// <summary>Returns the node whose rows an aggregation folds: the first phase's input, where there are two.</summary>
    public static int SourceOf(PhysicalNode node, ChangelogFacts facts)
    {
        PhysicalNode below = facts.Node(node.Inputs[0]);
        if (node is not (GroupAggregateNode { TakesPartials: true } or WindowAggregateNode { TakesPartials: true }))
        {
            return node.Inputs[0];
        }

        while (below is not LocalAggregateNode)
        {
            below = facts.Node(below.Inputs[0]);
        }

        return below.Inputs[0];
    }

    private static ValueList<SqlField> Fields(
        ValueList<int> keys, ValueList<AggregateCall> calls, WindowSpec? window, int input, ChangelogFacts facts)
    {
        List<SqlField> fields = [.. keys.Select(key => facts.Node(input).Output[key])];
        if (window is not null)
        {
            SqlType time = facts.Node(input).Output[window.TimeColumn].Type;
            fields.Add(new SqlField("slice", (time with { TimeAttribute = TimeAttribute.None }).WithNullable(false)));
        }

        fields.Add(new SqlField("rows", SqlType.BigInt.WithNullable(false)));
        foreach (AggregateCall call in calls)
        {
            fields.AddRange(Cells(call, facts.Updates(input)).Select(
                (cell, i) => new SqlField($"{call.StateId}.{i}", TypeOf(cell).WithNullable(false))));
        }

        return ValueList.From(fields);
    }

    private static bool CanSplit(AggregateCall call, bool updates)
    {
        AggregateFunction? function = AggregateTable.Find(call.Function);
        return function is { CanRetract: true } && !s_ordered.Contains(call.Function, StringComparer.Ordinal)
            && Cells(call, updates).All(cell => cell is CellType.Int64 or CellType.Float64 or CellType.Int128)
            && (Accumulator(call, updates).CanRetract ? !call.Distinct || call.Arguments.Count == 0 : !updates);
    }

    private static Accumulator Accumulator(AggregateCall call, bool updates) => updates
        ? AggregateTable.Find(call.Function)!.CreateAccumulator(call)
        : AggregateTable.Find(call.Function)!.CreateInsertOnly(call);

    private static ValueList<CellType> Cells(AggregateCall call, bool updates) => Accumulator(call, updates).Cells;

    private static SqlType TypeOf(CellType cell) => cell switch
    {
        CellType.Float64 => SqlType.Double,
        CellType.Int128 => SqlType.Decimal(38, 0),
        _ => SqlType.BigInt,
    };
}
