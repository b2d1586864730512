using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Memory;
using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Nested;

/// <summary>Reads the canonical bytes of a row in place.</summary>
/// <remarks>
/// <code>
/// bits  one a field, 1 = null
/// slots one a field: fixed-width values, BOOLEAN one byte, zero where null;
///       text, bytes, nested: int32 end of the value in what follows
/// bytes values of variable length in order of fields
/// </code>
/// </remarks>
internal readonly unsafe struct RowValue(Utf8 bytes, RowLayout layout)
{
    /// <summary>Tells whether a field is NULL.</summary>
    public bool IsNull(int field) => Bitmap.Get(bytes.Pointer, field);

    /// <summary>Gets a field that is not NULL.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Get<T>(int field)
    {
        byte* slot = bytes.Pointer + layout.Slot(field);
        if (typeof(T) == typeof(Utf8))
        {
            Utf8 text = Text(field);
            return Unsafe.As<Utf8, T>(ref text);
        }

        if (typeof(T) == typeof(bool))
        {
            bool bit = *slot != 0;
            return Unsafe.As<bool, T>(ref bit);
        }

        return Unsafe.ReadUnaligned<T>(slot);
    }

    /// <summary>Gets the bytes of a field of variable length; those of a NULL are empty.</summary>
    public Utf8 Text(int field)
    {
        int start = 0;
        for (int before = field - 1; before >= 0; before--)
        {
            if (layout[before] == Layout.View)
            {
                start = Unsafe.ReadUnaligned<int>(bytes.Pointer + layout.Slot(before));
                break;
            }
        }

        int end = Unsafe.ReadUnaligned<int>(bytes.Pointer + layout.Slot(field));
        return bytes.Slice(layout.FixedBytes + start, end - start);
    }
}
