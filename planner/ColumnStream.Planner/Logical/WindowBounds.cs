using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Engine.Operators;

namespace ColumnStream.Planner.Logical;

/// <summary>Tells which columns of a plan hold start, end and time of the windows that its rows were assigned to.</summary>
/// <remarks>
/// Rows of a window have all come when the watermark has passed its end: whoever groups, ranks or joins by both bounds may
/// answer then and drop its state. Regular joins and updating aggregates lose the bounds.
/// </remarks>
/// <param name="Starts">Columns that hold the start.</param>
/// <param name="Ends">Columns that hold the end.</param>
/// <param name="Times">Columns that hold window_time, which is end − 1 ms.</param>
/// <param name="Window">How time was cut; its time column and partition mean nothing here.</param>
internal sealed record WindowBounds(ValueList<int> Starts, ValueList<int> Ends, ValueList<int> Times, WindowSpec Window)
{
    /// <summary>Returns the bounds that a plan's rows carry, or null: at least one start and one end.</summary>
    public static WindowBounds? Of(LogicalPlan plan) => plan switch
    {
        WindowPlan window => Behind(window.Input.Fields.Count, window.Window),
        WindowAggregatePlan { Origin: { } origin } attached => new(
            [attached.Keys.Count - 1], [attached.Fields.Count - 2], [attached.Fields.Count - 1], origin),
        WindowAggregatePlan { Firing: null } aggregate => Behind(aggregate.Fields.Count - 3, aggregate.Window),
        FilterPlan or SortPlan or LimitPlan => Of(plan.Inputs[0]),
        RankPlan rank => Of(rank.Input) is { } ranked && ranked.AreIn(rank.Partition) ? ranked : null,
        ProjectPlan project => Of(project.Input)?.Map(c => Places(
            project.Expressions.Count, i => project.Expressions[i] is ColumnExpression column && column.Index == c)),
        AggregatePlan aggregate => Of(aggregate.Input) is { } below && below.AreIn(aggregate.Keys)
            ? below.Map(c => Places(aggregate.Keys.Count, i => aggregate.Keys[i] == c)) : null,
        ExpandPlan expand => Of(expand.Input) is { } repeated
            && !expand.Nulled.Any(n => n.Any(c => repeated.Starts.Contains(c) || repeated.Ends.Contains(c))) ? repeated : null,
        TimeJoinPlan { Kind: TimeJoinKind.Window } join => OfJoin(join),
        ArgMaxPlan { IsWindowJoin: true } best => Behind(best.Input.Fields.Count, best.Window),
        UnionPlan union => union.Branches.Select(Of).Aggregate(
            (left, right) => left is not null && left.SameAs(right) ? left : null),
        _ => null,
    };

    /// <summary>Tells whether both a start and an end are among <paramref name="columns"/>.</summary>
    public bool AreIn(IEnumerable<int> columns) => columns.Any(c => Starts.Contains(c)) && columns.Any(c => Ends.Contains(c));

    /// <summary>Returns these bounds where columns went elsewhere, perhaps to several places; null when they are lost.</summary>
    public WindowBounds? Map(System.Func<int, IEnumerable<int>> places)
    {
        var mapped = new WindowBounds(
            ValueList.From(Starts.SelectMany(places)), ValueList.From(Ends.SelectMany(places)),
            ValueList.From(Times.SelectMany(places)), Window);
        return mapped.Starts.Count > 0 && mapped.Ends.Count > 0 ? mapped : null;
    }

    /// <summary>Tells whether the rows of two plans are cut into the same windows, in the same columns.</summary>
    public bool SameAs(WindowBounds? other) =>
        other is not null && IsCutLike(other)
        && Starts.Equals(other.Starts) && Ends.Equals(other.Ends) && Times.Equals(other.Times);

    /// <summary>Tells whether two plans are cut into the same windows.</summary>
    public bool IsCutLike(WindowBounds other) => Plain(Window) == Plain(other.Window);

    /// <summary>Both sides' bounds are the joined rows'; those of a side that may be missing are not always there.</summary>
    private static WindowBounds? OfJoin(TimeJoinPlan join)
    {
        int width = join.Left.Fields.Count;
        WindowBounds? left = join.Type is JoinType.Right or JoinType.Full ? null : Of(join.Left);
        WindowBounds? right = join.Type is JoinType.Inner or JoinType.Right ? Of(join.Right)?.Map(c => [c + width]) : null;
        return left is null || right is null ? left ?? right : new WindowBounds(
            [.. left.Starts, .. right.Starts], [.. left.Ends, .. right.Ends], [.. left.Times, .. right.Times], left.Window);
    }

    private static WindowSpec Plain(WindowSpec window) => window with { TimeColumn = 0, Partition = default };

    private static WindowBounds Behind(int first, WindowSpec window) => new([first], [first + 1], [first + 2], window);

    private static IEnumerable<int> Places(int count, System.Func<int, bool> isThere) => Enumerable.Range(0, count).Where(isThere);
}
