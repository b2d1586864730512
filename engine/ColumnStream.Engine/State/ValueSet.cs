using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Compute.Kernels.Hash;

namespace ColumnStream.Engine.State;

/// <summary>Lays out the counted set of (group key, value) that DISTINCT and retracted MIN and MAX keep beside the groups.</summary>
/// <remarks>
/// Cells of MIN and MAX: count, slot of the group, next and previous slot in the group's chain. The last three are rebuilt
/// after a restore, so that changing a neighbour's link needs no touch. Cells of DISTINCT: over inserts one word with a bit
/// for each aggregate that has the value, over updates a count for each; then the slot of the group.
/// </remarks>
internal sealed class ValueSet
{
    private static readonly ValueList<string> CellNames = ["count", "group", "next", "previous"];

    private readonly int _valueColumn;

    /// <summary>Lays out a set of <paramref name="values"/>, one or more columns, by <paramref name="keys"/>.</summary>
    public ValueSet(ValueList<Field> keys, params ReadOnlySpan<Field> values)
        : this(keys, 0, values)
    {
    }

    /// <summary>Lays out a set whose first columns of <paramref name="values"/> tell groups of one key apart.</summary>
    public ValueSet(ValueList<Field> keys, int groupValues, ReadOnlySpan<Field> values)
        : this(keys, groupValues, values, [.. CellNames])
    {
    }

    private ValueSet(ValueList<Field> keys, int groupValues, ReadOnlySpan<Field> values, string[] names)
    {
        _valueColumn = keys.Count + groupValues;
        var fields = new Field[keys.Count + values.Length];
        keys.Span.CopyTo(fields);
        values.CopyTo(fields.AsSpan(keys.Count));
        var cells = new StateCell[names.Length];
        for (int i = 0; i < cells.Length; i++)
        {
            cells[i] = new StateCell(names[i], CellType.Int64) { Role = RoleOf(names[i]) };
        }

        Layout = new StateLayout(ValueList.Create<Field>(fields), ValueList.Create<StateCell>(cells), keys.Count);
        ValueLayout = new StateLayout(ValueList.Create<Field>(values.ToArray()), default);
        Value = Layout.KeyOffsets[_valueColumn];
        Count = Layout.CellOffsets[0];
        int group = Array.IndexOf(names, "group");
        Group = Layout.CellOffsets[group];
        Next = group + 1 < names.Length ? Layout.CellOffsets[group + 1] : -1;
        Previous = group + 1 < names.Length ? Layout.CellOffsets[group + 2] : -1;
    }

    /// <summary>Lays out the set that DISTINCT aggregates over one value share.</summary>
    /// <param name="keys">The group's columns.</param>
    /// <param name="values">The value's columns.</param>
    /// <param name="members">The state ids of the aggregates.</param>
    /// <param name="insertOnly">Whether a bit an aggregate is enough.</param>
    /// <param name="chained">Whether a group finds its values, to take them with it.</param>
    /// <param name="groupValues">How many of the value's first columns tell groups of one key apart.</param>
    public static ValueSet ForDistinct(
        ValueList<Field> keys,
        ReadOnlySpan<Field> values,
        ReadOnlySpan<string> members,
        bool insertOnly,
        bool chained,
        int groupValues = 0)
    {
        var names = new string[insertOnly ? 1 : members.Length];
        for (int j = 0; j < members.Length; j++)
        {
            names[insertOnly ? 0 : j] = insertOnly ? $"seen:{string.Join(',', members!)}" : $"count:{members[j]}";
        }

        return new ValueSet(keys, groupValues, values, chained ? [.. names, "group", "next", "previous"] : [.. names, "group"]);
    }

    /// <summary>Gets the layout.</summary>
    public StateLayout Layout { get; }

    /// <summary>Gets the layout of the value alone.</summary>
    public StateLayout ValueLayout { get; }

    /// <summary>Gets where the value, or the first of several, stands in a row.</summary>
    public int Value { get; }

    /// <summary>Tells whether a row's value is NULL.</summary>
    public unsafe bool IsNull(byte* row)
    {
        int column = _valueColumn;
        return (row[Layout.NullOffset + (column >> 3)] & (1 << (column & 7))) != 0;
    }

    /// <summary>Gets where the count, the first count or the word of bits stands.</summary>
    public int Count { get; }

    /// <summary>Returns where the count of the aggregate at <paramref name="member"/> stands.</summary>
    public int CountOf(int member) => Count + (8 * member);

    /// <summary>Gets where the group's slot stands.</summary>
    public int Group { get; }

    /// <summary>Gets where the next slot stands.</summary>
    public int Next { get; }

    /// <summary>Gets where the previous slot stands.</summary>
    public int Previous { get; }

    /// <summary>Puts a row at the head of its group's chain.</summary>
    public unsafe void Link(StateTable values, byte* row, uint slot, long* head)
    {
        *(long*)(row + Next) = *head;
        *(long*)(row + Previous) = 0;
        if (*head != 0)
        {
            *(long*)(values.Rows.Row((uint)*head) + Previous) = slot;
        }

        *head = slot;
    }

    /// <summary>Takes a row out of its group's chain.</summary>
    public unsafe void Unlink(StateTable values, byte* row, long* head)
    {
        long next = *(long*)(row + Next);
        long previous = *(long*)(row + Previous);
        if (next != 0)
        {
            *(long*)(values.Rows.Row((uint)next) + Previous) = previous;
        }

        if (previous != 0)
        {
            *(long*)(values.Rows.Row((uint)previous) + Next) = next;
        }
        else
        {
            *head = next;
        }
    }

    /// <summary>Links all rows anew after a restore gave them other slots.</summary>
    /// <param name="values">The set.</param>
    /// <param name="groups">The groups, all present.</param>
    /// <param name="headOffset">Where a group's row holds its chain's head, or -1 when nothing is chained.</param>
    /// <param name="account">Pays for scratch.</param>
    public unsafe void Relink(StateTable values, StateTable groups, int headOffset, BufferAllocator account)
    {
        uint next = 1;
        for (byte* row = groups.WalkLive(ref next); row is not null && headOffset >= 0; row = groups.WalkLive(ref next))
        {
            *(long*)(row + headOffset) = 0;
        }

        using var encoder = new KeyEncoder(groups.Layout, account);
        var columns = new ArrayData[groups.Layout.Keys.Count];
        ulong hash = 0;
        next = 1;
        for (byte* row = values.WalkLive(ref next); row is not null; row = values.WalkLive(ref next))
        {
            byte* one = row;
            for (int i = 0; i < columns.Length; i++)
            {
                columns[i] = RowColumns.Key(Layout, i, Layout.Keys[i].Type, &one, 1, account);
            }

            KeyHash.Hash(columns, 1, new Span<ulong>(ref hash));
            encoder.Encode(columns, 1);
            byte* group = groups.Find(encoder.Words, encoder.Nulls, hash, out uint slot, evenExpired: true);
            foreach (ArrayData column in columns)
            {
                column.Release();
            }

            if (group is not null)
            {
                *(long*)(row + Group) = slot;
                if (headOffset >= 0)
                {
                    Link(values, row, next - 1, (long*)(group + headOffset));
                }
            }
        }
    }

    private static StateColumnRole RoleOf(string cell) => cell switch
    {
        "group" or "next" or "previous" => StateColumnRole.Link,
        "count" => StateColumnRole.Own,
        _ => StateColumnRole.Value,
    };
}
