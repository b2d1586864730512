using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Testing.Reference;

/// <summary>Turns rows of boxed values into batches and back.</summary>
public static unsafe class BoxedRows
{
    public static RecordBatch ToBatch(Schema schema, IReadOnlyList<object?[]> rows, BufferAllocator allocator)
    {
        var columns = new ArrayData[schema.Fields.Count];
        for (int c = 0; c < columns.Length; c++)
        {
            using ColumnBuilder builder = ColumnBuilder.Create(schema.Fields[c].Type, allocator, Math.Max(1, rows.Count));
            foreach (object?[] row in rows)
            {
                Append(builder, row[c]);
            }

            columns[c] = builder.Finish();
        }

        return new RecordBatch(schema, columns, rows.Count);
    }

    public static object?[] Read(RecordBatch batch, int row) =>
        batch.Columns.Select(column => Value(column, row)).ToArray();

    public static object? Value(ArrayData column, int row)
    {
        if (column.IsNull(row))
        {
            return null;
        }

        return column switch
        {
            BooleanArray a => a.GetValue(row),
            MapArray a => "{" + string.Join(
                ", ",
                Enumerable.Range(a.Offsets[row], a.Offsets[row + 1] - a.Offsets[row])
                    .Select(i => $"{Print([Value(a.Keys, i)])}={Print([Value(a.Values, i)])}")) + "}",
            ListArray a => "[" + string.Join(
                ", ", Enumerable.Range(a.Offsets[row], a.Offsets[row + 1] - a.Offsets[row]).Select(i => Print([Value(a.Items, i)]))) + "]",
            ViewArray a => Encoding.UTF8.GetString(a.GetBytes(row)),
            BinaryArray a => Encoding.UTF8.GetString(a.GetBytes(row)),
            FixedWidthArray { Type.Id: TypeId.Float64 } a => a.Values<double>()[row],
            FixedWidthArray { Type.Id: TypeId.Float32 } a => (double)a.Values<float>()[row],
            FixedWidthArray { ByteWidth: 16 } a => a.Values<Int128>()[row],
            FixedWidthArray { ByteWidth: 8 } a => a.Values<long>()[row],
            FixedWidthArray { ByteWidth: 4 } a => (long)a.Values<int>()[row],
            FixedWidthArray { ByteWidth: 2 } a => (long)a.Values<short>()[row],
            FixedWidthArray { ByteWidth: 1 } a => (long)a.Values<sbyte>()[row],
            _ => throw new NotSupportedException(column.Type.ToString()),
        };
    }

    public static string Print(IEnumerable<object?> row) => string.Join("|", row.Select(v => v switch
    {
        null => "NULL",
        double d => d.ToString("R", System.Globalization.CultureInfo.InvariantCulture),
        Int128 i => i.ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ => v.ToString(),
    }));

    private static void Append(ColumnBuilder builder, object? value)
    {
        switch (builder)
        {
            case var _ when value is null:
                builder.AppendNull();
                break;
            case BooleanBuilder b:
                b.Append((bool)value);
                break;
            case ViewBuilder b:
                b.Append(Encoding.UTF8.GetBytes((string)value));
                break;
            case FixedWidthBuilder { Type.Id: TypeId.Float64 } b:
                b.Append((double)value);
                break;
            case FixedWidthBuilder { Type.ByteWidth: 16 } b:
                b.Append((Int128)value);
                break;
            case FixedWidthBuilder { Type.ByteWidth: 8 } b:
                b.Append((long)value);
                break;
            case FixedWidthBuilder { Type.ByteWidth: 4 } b:
                b.Append((int)(long)value);
                break;
            case FixedWidthBuilder { Type.ByteWidth: 2 } b:
                b.Append((short)(long)value);
                break;
            case FixedWidthBuilder { Type.ByteWidth: 1 } b:
                b.Append((sbyte)(long)value);
                break;
            default:
                throw new NotSupportedException(builder.Type.ToString());
        }
    }
}
