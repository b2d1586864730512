using System;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
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
            ArrayData left = _batch.Columns[i];
            ArrayData right = other._batch.Columns[i];
            bool leftNull = left.IsNull(_row);
            if (leftNull != right.IsNull(other._row) || (!leftNull && !Bytes(left, _row).SequenceEqual(Bytes(right, other._row))))
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
            if (!column.IsNull(_row))
            {
                hash.AddBytes(Bytes(column, _row));
            }
        }

        return hash.ToHashCode();
    }

    private static ReadOnlySpan<byte> Bytes(ArrayData column, int row) => column switch
    {
        FixedWidthArray values => new ReadOnlySpan<byte>(values.Pointer + ((long)row * values.ByteWidth), values.ByteWidth),
        ViewArray views => views.GetBytes(row),
        BooleanArray booleans => Bitmap.Get(booleans.Bits, row) ? "1"u8 : "0"u8,
        _ => throw new InvariantException(9001, $"Column cannot be compared by value: {column.Type}."),
    };
}
