using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Nested;

/// <summary>Says where the fields of a row stand in its bytes.</summary>
internal sealed class RowLayout
{
    private readonly Layout[] _layouts;
    private readonly int[] _slots;

    /// <summary>Lays out fields in order.</summary>
    public RowLayout(ReadOnlySpan<Layout> layouts)
    {
        _layouts = layouts.ToArray();
        _slots = new int[layouts.Length];
        int at = (layouts.Length + 7) >> 3;
        for (int i = 0; i < layouts.Length; i++)
        {
            _slots[i] = at;
            at += SlotBytes(layouts[i]);
        }

        FixedBytes = at;
    }

    /// <summary>Gets the number of fields.</summary>
    public int Count => _layouts.Length;

    /// <summary>Gets the bytes before those of variable length.</summary>
    public int FixedBytes { get; }

    /// <summary>Lays out the fields of a ROW type.</summary>
    public static RowLayout Of(SqlType type)
    {
        var layouts = new Layout[type.Fields.Count];
        for (int i = 0; i < layouts.Length; i++)
        {
            layouts[i] = Layouts.Of(type.Fields[i].Type);
        }

        return new RowLayout(layouts);
    }

    /// <summary>Gets how a field is stored.</summary>
    public Layout this[int field] => _layouts[field];

    /// <summary>Gets where a field's slot begins.</summary>
    public int Slot(int field) => _slots[field];

    private static int SlotBytes(Layout layout) => layout switch
    {
        Layout.Bit => 1,
        Layout.View => 4,
        _ => Layouts.Width(layout),
    };
}
