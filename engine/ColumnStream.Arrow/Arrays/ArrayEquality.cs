using System;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Arrays;

/// <summary>Compares columns and batches by value; what stands under null does not count.</summary>
/// <remarks>Floats compare by their bits: NaN equals the same NaN, and -0.0 differs from 0.0.</remarks>
public static unsafe class ArrayEquality
{
    /// <summary>Tells whether both hold the same values in the same order.</summary>
    /// <param name="left">One column.</param>
    /// <param name="right">The other column.</param>
    /// <param name="anyLayout">Whether text equals text in any layout, and decimals of 64 bits those of 128.</param>
    public static bool Equals(ArrayData left, ArrayData right, bool anyLayout = false) =>
        left.Length == right.Length
        && TypesEqual(left.Type, right.Type, anyLayout)
        && RangesEqual(left, 0, right, 0, left.Length);

    /// <summary>Tells whether both have the same column names and values.</summary>
    /// <param name="left">One batch.</param>
    /// <param name="right">The other batch.</param>
    /// <param name="anyLayout">Whether text equals text in any layout, and decimals of 64 bits those of 128.</param>
    public static bool Equals(RecordBatch left, RecordBatch right, bool anyLayout = false)
    {
        if (left.Length != right.Length || left.Columns.Length != right.Columns.Length)
        {
            return false;
        }

        for (int i = 0; i < left.Columns.Length; i++)
        {
            if (!string.Equals(left.Schema.Fields[i].Name, right.Schema.Fields[i].Name, StringComparison.Ordinal)
                || !Equals(left.Columns[i], right.Columns[i], anyLayout))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Tells whether two types are equal, or equal but for layout.</summary>
    public static bool TypesEqual(DataType left, DataType right, bool anyLayout)
    {
        if (!anyLayout)
        {
            return left == right;
        }

        if (Canonical(left.Id) != Canonical(right.Id) || left.Children.Count != right.Children.Count)
        {
            return false;
        }

        for (int i = 0; i < left.Children.Count; i++)
        {
            if (!TypesEqual(left.Children[i].Type, right.Children[i].Type, anyLayout))
            {
                return false;
            }
        }

        return left.Precision == right.Precision && left.Scale == right.Scale && left.FixedSize == right.FixedSize
            && left.Unit == right.Unit && left.IsOrdered == right.IsOrdered && left.IndexType == right.IndexType
            && left.TypeCodes == right.TypeCodes && string.Equals(left.Timezone, right.Timezone, StringComparison.Ordinal);
    }

    /// <summary>Tells whether two rows hold the same value; the types must be equal but for layout.</summary>
    public static bool RowsEqual(ArrayData left, int leftRow, ArrayData right, int rightRow)
    {
        bool leftNull = Resolve(ref left, ref leftRow);
        bool rightNull = Resolve(ref right, ref rightRow);
        if (leftNull || rightNull)
        {
            return leftNull && rightNull;
        }

        switch (left)
        {
            case BooleanArray a:
                return a.GetValue(leftRow) == ((BooleanArray)right).GetValue(rightRow);
            case FixedWidthArray a:
                return FixedEqual(a, leftRow, (FixedWidthArray)right, rightRow);
            case StructArray a:
                ArrayData[] fields = ((StructArray)right).Fields;
                for (int i = 0; i < fields.Length; i++)
                {
                    if (!RowsEqual(a.Fields[i], leftRow, fields[i], rightRow))
                    {
                        return false;
                    }
                }

                return true;
            case UnionArray a:
                var union = (UnionArray)right;
                int child = a.GetChild(leftRow);
                return a.Codes[leftRow] == union.Codes[rightRow]
                    && RowsEqual(
                        a.Fields[child], a.GetChildRow(leftRow), union.Fields[child], union.GetChildRow(rightRow));
            default:
                if (ListRows.TryFind(left, leftRow, out ArrayData items, out int start, out int count))
                {
                    return ListRows.TryFind(right, rightRow, out ArrayData other, out int otherStart, out int otherCount)
                        && count == otherCount && RangesEqual(items, start, other, otherStart, count);
                }

                return Bytes(left, leftRow).SequenceEqual(Bytes(right, rightRow));
        }
    }

    /// <summary>
    /// Tells whether a row has no value: by its own bit, or because what its dictionary, run or union leads to is null.
    /// </summary>
    public static bool IsNullValue(ArrayData array, int row)
    {
        while (!Resolve(ref array, ref row))
        {
            if (array is not UnionArray union)
            {
                return false;
            }

            (array, row) = (union.Fields[union.GetChild(row)], union.GetChildRow(row));
        }

        return true;
    }

    /// <summary>Tells whether rows [leftStart, leftStart + count) and [rightStart, …) hold the same values.</summary>
    internal static bool RangesEqual(ArrayData left, int leftStart, ArrayData right, int rightStart, int count)
    {
        if (left is FixedWidthArray a && right is FixedWidthArray b && a.ByteWidth == b.ByteWidth
            && a.Validity is null && b.Validity is null)
        {
            long width = a.ByteWidth;
            return SameBytes(a.Pointer + (leftStart * width), b.Pointer + (rightStart * width), count * width);
        }

        for (int i = 0; i < count; i++)
        {
            if (!RowsEqual(left, leftStart + i, right, rightStart + i))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Follows dictionaries and runs to the array and row of the value; tells whether it is null.</summary>
    private static bool Resolve(ref ArrayData array, ref int row)
    {
        while (!array.IsNull(row))
        {
            switch (array)
            {
                case DictionaryArray a:
                    row = a.GetIndex(row);
                    array = a.Dictionary;
                    break;
                case RunEndEncodedArray a:
                    row = a.GetRun(row);
                    array = a.Values;
                    break;
                default:
                    return false;
            }
        }

        return true;
    }

    private static bool FixedEqual(FixedWidthArray left, int leftRow, FixedWidthArray right, int rightRow)
    {
        int leftWidth = left.ByteWidth;
        int rightWidth = right.ByteWidth;
        byte* a = left.Pointer + ((long)leftRow * leftWidth);
        byte* b = right.Pointer + ((long)rightRow * rightWidth);
        return leftWidth == rightWidth ? SameBytes(a, b, leftWidth) : Wide(a, leftWidth) == Wide(b, rightWidth);
    }

    private static Int128 Wide(byte* value, int width) => width == 8 ? *(long*)value : *(Int128*)value;

    private static bool SameBytes(byte* left, byte* right, long bytes)
    {
        for (; bytes > int.MaxValue; bytes -= 1 << 30, left += 1 << 30, right += 1 << 30)
        {
            if (!new ReadOnlySpan<byte>(left, 1 << 30).SequenceEqual(new ReadOnlySpan<byte>(right, 1 << 30)))
            {
                return false;
            }
        }

        return new ReadOnlySpan<byte>(left, (int)bytes).SequenceEqual(new ReadOnlySpan<byte>(right, (int)bytes));
    }

    private static ReadOnlySpan<byte> Bytes(ArrayData array, int row) => array switch
    {
        ViewArray a => a.GetBytes(row),
        BinaryArray a => a.GetBytes(row),
        LargeBinaryArray a => a.GetBytes(row),
        _ => throw new NotSupportedException($"Type cannot be compared: {array.Type}."),
    };

    private static TypeId Canonical(TypeId id) => id switch
    {
        TypeId.Utf8View or TypeId.LargeUtf8 => TypeId.Utf8,
        TypeId.BinaryView or TypeId.LargeBinary => TypeId.Binary,
        TypeId.Decimal64 => TypeId.Decimal128,
        _ => id,
    };
}
