using System;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Compute.Nested;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Engine.Operators;

/// <summary>Names one row of a batch, equal to any row with the same values.</summary>
internal readonly unsafe struct RowContent(RecordBatch batch, int row) : IEquatable<RowContent>
{
    private readonly RecordBatch _batch = batch;
    private readonly int _row = row;

    public bool Equals(RowContent other)
    {
        for (int i = 0; i < _batch.Columns.Length; i++)
        {
            if (!AreSame(_batch.Columns[i], _row, other._batch.Columns[i], other._row))
            {
                return false;
            }
        }

        return true;
    }

    public override bool Equals(object? obj) => obj is RowContent other && Equals(other);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (ArrayData column in _batch.Columns)
        {
            AddTo(ref hash, column, _row);
        }

        return hash.ToHashCode();
    }

    private static bool AreSame(ArrayData left, int row, ArrayData right, int otherRow)
    {
        bool isNull = left.IsNull(row);
        return isNull == right.IsNull(otherRow) && (isNull || (NestedCodec.IsNested(left.Type)
            ? ArrayEquality.RowsEqual(left, row, right, otherRow)
            : Bytes(left, row).SequenceEqual(Bytes(right, otherRow))));
    }

    private static void AddTo(ref HashCode hash, ArrayData column, int row)
    {
        if (column.IsNull(row))
        {
            return;
        }

        switch (column)
        {
            case StructArray record:
                foreach (ArrayData field in record.Fields)
                {
                    AddTo(ref hash, field, row);
                }

                break;
            case ListArray list:
                AddRange(ref hash, list.Items, list.Offsets[row], list.Offsets[row + 1]);
                break;
            case MapArray map:
                AddRange(ref hash, map.Entries, map.Offsets[row], map.Offsets[row + 1]);
                break;
            default:
                hash.AddBytes(Bytes(column, row));
                break;
        }
    }

    private static void AddRange(ref HashCode hash, ArrayData items, int start, int end)
    {
        hash.Add(end - start);
        for (int i = start; i < end; i++)
        {
            AddTo(ref hash, items, i);
        }
    }

    private static ReadOnlySpan<byte> Bytes(ArrayData column, int row) => column switch
    {
        FixedWidthArray values => new ReadOnlySpan<byte>(values.Pointer + ((long)row * values.ByteWidth), values.ByteWidth),
        ViewArray views => views.GetBytes(row),
        BooleanArray booleans => Bitmap.Get(booleans.Bits, row) ? "1"u8 : "0"u8,
        _ => throw new InvariantException(9001, $"Column cannot be compared by value: {column.Type}."),
    };
}
