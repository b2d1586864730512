using System;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.Rank;

/// <summary>Lays out the rows that ranks keep, and the links of the tree that they stand in.</summary>
/// <remarks>
/// <code>
/// row   partition | order | rest | sequence | count | mark | tree: links, sizes, word of the order, first of its key
/// </code>
/// Checkpoints hold the columns, sequence and count; all else is made anew after a restore.
/// </remarks>
internal sealed class RankRows : IDisposable
{
    /// <summary>Lays out rows.</summary>
    /// <param name="columns">The columns.</param>
    /// <param name="isIndexed">Whether rows are found by content.</param>
    /// <param name="hasTree">Whether rows stand in trees; otherwise their places for links are left out.</param>
    /// <param name="context">Pages and account.</param>
    /// <param name="linkBytes">Bytes behind all else that the owner uses.</param>
    /// <param name="hasTime">Whether rows know when they came, so that their partition knows it after a restore.</param>
    public RankRows(
        RankColumns columns, bool isIndexed, bool hasTree, OperatorContext context, int linkBytes, bool hasTime)
    {
        Columns = columns;
        Layout = new StateLayout(
            columns.Fields,
            [
                new StateCell("sequence", CellType.Int64),
                new StateCell("count", CellType.Int64),
                Transient("mark"),
                .. hasTree ? [Transient("links"), Transient("sizes"), Transient("word"), Transient("first")]
                    : Array.Empty<StateCell>(),
            ],
            columns.PartitionCount,
            hasTime: hasTime,
            linkBytes: linkBytes);
        State = new KeyedState(
            "rows", Layout, context.Pages, context.Allocator, context.KeyGroups, isIndexed: isIndexed);
        Order = new RowOrder(Layout, columns.SortKeys);
        int[] cells = Layout.CellOffsets;
        (Sequence, Count, Mark) = (cells[0], cells[1], cells[2]);
        if (hasTree)
        {
            (Links, Sizes, Word, First) = (cells[3], cells[4], cells[5], cells[6]);
        }
    }

    /// <summary>Gets the columns.</summary>
    public RankColumns Columns { get; }

    /// <summary>Gets the layout of a row.</summary>
    public StateLayout Layout { get; }

    /// <summary>Gets what checkpoints hold.</summary>
    public KeyedState State { get; }

    /// <summary>Gets the rows.</summary>
    public StateTable Table => State.Table;

    /// <summary>Gets the order.</summary>
    public RowOrder Order { get; }

    /// <summary>Gets where a row's number of arrival stands.</summary>
    public int Sequence { get; }

    /// <summary>Gets where the number of copies stands.</summary>
    public int Count { get; }

    /// <summary>Gets where the links of the tree stand.</summary>
    public int Links { get; }

    /// <summary>Gets where the sizes of the tree stand.</summary>
    public int Sizes { get; }

    /// <summary>Gets where the word of the order stands.</summary>
    public int Word { get; }

    /// <summary>Gets where it stands whether a row is the first of its key.</summary>
    public int First { get; }

    /// <summary>Gets where a mark stands that is good inside a batch.</summary>
    public int Mark { get; }

    /// <inheritdoc/>
    public void Dispose() => State.Dispose();

    private static StateCell Transient(string name) => new(name, CellType.Int64) { IsTransient = true };
}
