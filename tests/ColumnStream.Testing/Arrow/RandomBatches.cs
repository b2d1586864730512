using System;
using System.Text;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Testing.Arrow;

/// <summary>Makes schemas and batches from a seeded generator: every type, nulls of every density, nesting.</summary>
public static class RandomBatches
{
    private static readonly TypeId[] s_flat =
    [
        TypeId.Null, TypeId.Bool, TypeId.Int8, TypeId.Int16, TypeId.Int32, TypeId.Int64, TypeId.UInt8, TypeId.UInt16,
        TypeId.UInt32, TypeId.UInt64, TypeId.Float32, TypeId.Float64, TypeId.Decimal64, TypeId.Decimal128, TypeId.Utf8,
        TypeId.Utf8View, TypeId.Binary, TypeId.BinaryView, TypeId.FixedSizeBinary, TypeId.Date32, TypeId.Date64,
        TypeId.Time32, TypeId.Time64, TypeId.Timestamp, TypeId.Duration, TypeId.Float16, TypeId.Decimal32,
        TypeId.Decimal256, TypeId.LargeUtf8, TypeId.LargeBinary, TypeId.IntervalYearMonth, TypeId.IntervalDayTime,
        TypeId.IntervalMonthDayNano,
    ];

    /// <summary>Makes a type; lists and structs down to <paramref name="depth"/> levels.</summary>
    public static DataType Type(Random random, int depth = 2)
    {
        if (depth > 0 && random.Next(4) == 0)
        {
            return Nested(random, depth);
        }

        TypeId id = s_flat[random.Next(s_flat.Length)];
        return id switch
        {
            TypeId.Decimal64 => DataType.Decimal64(random.Next(1, 19), random.Next(10)),
            TypeId.Decimal128 => DataType.Decimal128(random.Next(19, 39), random.Next(10)),
            TypeId.Decimal32 => DataType.Decimal32(random.Next(1, 10), random.Next(5)),
            TypeId.Decimal256 => DataType.Decimal256(random.Next(39, 77), random.Next(20)),
            TypeId.FixedSizeBinary => DataType.FixedSizeBinary(random.Next(40)),
            TypeId.Time32 => DataType.Time32((TimeUnit)random.Next(2)),
            TypeId.Time64 => DataType.Time64((TimeUnit)random.Next(2, 4)),
            TypeId.Timestamp => DataType.Timestamp((TimeUnit)random.Next(4), random.Next(2) == 0 ? null : "UTC"),
            TypeId.Duration => new DataType(id) { Unit = (TimeUnit)random.Next(4) },
            _ => new DataType(id),
        };
    }

    private static DataType Nested(Random random, int depth)
    {
        DataType item = Type(random, depth - 1);
        switch (random.Next(12))
        {
            case 0:
                return DataType.List(new Field("item", item));
            case 1:
                return DataType.LargeList(new Field("item", item));
            case 2:
                return DataType.ListView(new Field("item", item));
            case 3:
                return DataType.LargeListView(new Field("item", item));
            case 4:
                return DataType.FixedSizeList(new Field("item", item), random.Next(4));
            case 5:
                return DataType.Map(Type(random, depth: 0), item);
            case 6:
                return DataType.SparseUnion(Fields(random, random.Next(1, 4), depth), [9, 3, 127]);
            case 7:
                return DataType.DenseUnion(Fields(random, random.Next(1, 4), depth), [0, 5, 2]);
            case 8:
                TypeId ends = (TypeId)random.Next((int)TypeId.Int16, (int)TypeId.Int64 + 1);
                return DataType.RunEndEncoded(new DataType(ends), new Field("values", item));
            case 9 or 10 when item.Id != TypeId.Dictionary:
                var index = new DataType((TypeId)random.Next((int)TypeId.Int8, (int)TypeId.UInt64 + 1));
                return DataType.Dictionary(index, item, isOrdered: random.Next(2) == 0);
            default:
                return DataType.Struct(Fields(random, random.Next(4), depth));
        }
    }

    private static Field[] Fields(Random random, int count, int depth)
    {
        var fields = new Field[count];
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = new Field($"f{i}", Type(random, depth - 1));
        }

        return fields;
    }

    /// <summary>Makes a schema of up to <paramref name="most"/> columns, some with metadata.</summary>
    public static Schema Schema(Random random, int most = 8)
    {
        var fields = new Field[random.Next(most + 1)];
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = new Field(Text(random, 12), Type(random), random.Next(2) == 0)
            {
                Metadata = random.Next(4) == 0 ? [new MetadataEntry(Text(random, 5), Text(random, 50))] : default,
            };
        }

        return new Schema(fields)
        {
            Metadata = random.Next(2) == 0 ? [new MetadataEntry("k", "v"), new MetadataEntry("k", "ü")] : default,
        };
    }

    /// <summary>Makes a batch of the given schema; the caller releases it.</summary>
    public static RecordBatch Batch(Random random, Schema schema, int rows, BufferAllocator allocator)
    {
        var columns = new ArrayData[schema.Fields.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = Column(random, schema.Fields[i].Type, rows, allocator);
        }

        return new RecordBatch(schema, columns, rows);
    }

    /// <summary>Makes a column; the caller releases it.</summary>
    public static ArrayData Column(Random random, DataType type, int rows, BufferAllocator allocator)
    {
        using ColumnBuilder builder = ColumnBuilder.Create(type, allocator, random.Next(1, 64));
        int nullsOfTen = random.Next(3) * 5;
        while (builder.Length < rows)
        {
            if (builder is RunEndBuilder runs)
            {
                Append(random, runs.Values, nullsOfTen);
                runs.AppendRun(random.Next(1, Math.Min(9, rows - runs.Length) + 1));
                continue;
            }

            Append(random, builder, nullsOfTen);
        }

        return builder.Finish();
    }

    private static void Append(Random random, ColumnBuilder builder, int nullsOfTen)
    {
        if (builder is NullBuilder || random.Next(10) < nullsOfTen)
        {
            builder.AppendNull();
            return;
        }

        switch (builder)
        {
            case BooleanBuilder bits:
                bits.Append(random.Next(2) == 0);
                break;
            case FixedWidthBuilder values when values.Type.Id == TypeId.Decimal64:
                values.Append(random.NextInt64(-9, 10));
                break;
            case FixedWidthBuilder values:
                var bytes = new byte[values.Type.ByteWidth];
                random.NextBytes(bytes);
                values.AppendBytes(bytes);
                break;
            case BinaryBuilder text:
                text.Append(Encoding.UTF8.GetBytes(Text(random, 30)));
                break;
            case ViewBuilder text:
                text.Append(Encoding.UTF8.GetBytes(Text(random, 30)));
                break;
            case LargeBinaryBuilder text:
                text.Append(Encoding.UTF8.GetBytes(Text(random, 30)));
                break;
            case ListBuilder list:
                AppendItems(random, list.Items, random.Next(5), nullsOfTen);
                list.AppendList();
                break;
            case LargeListBuilder list:
                AppendItems(random, list.Items, random.Next(5), nullsOfTen);
                list.AppendList();
                break;
            case ListViewBuilder list when list.Items.Length > 0 && random.Next(2) == 0:
                int offset = random.Next(list.Items.Length);
                list.AppendList(offset, random.Next(list.Items.Length - offset + 1));
                break;
            case ListViewBuilder list:
                AppendItems(random, list.Items, random.Next(5), nullsOfTen);
                list.AppendList();
                break;
            case FixedSizeListBuilder list:
                AppendItems(random, list.Items, list.Type.FixedSize, nullsOfTen);
                list.AppendList();
                break;
            case UnionBuilder union:
                int child = random.Next(union.Fields.Length);
                Append(random, union.Fields[child], nullsOfTen);
                union.AppendUnion(child);
                break;
            case DictionaryBuilder dictionary:
                AppendItems(random, dictionary.Values, dictionary.Values.Length == 0 ? 5 : random.Next(16) / 15, nullsOfTen);
                dictionary.AppendIndex(random.Next(Math.Min(dictionary.Values.Length, 128)));
                break;
            case RunEndBuilder runs:
                Append(random, runs.Values, nullsOfTen);
                runs.AppendRun(1);
                break;
            case MapBuilder map:
                for (int n = random.Next(4); n > 0; n--)
                {
                    Append(random, map.Keys, nullsOfTen: 0);
                    Append(random, map.Values, nullsOfTen);
                }

                map.AppendMap();
                break;
            case StructBuilder record:
                foreach (ColumnBuilder field in record.Fields)
                {
                    Append(random, field, nullsOfTen);
                }

                record.AppendStruct();
                break;
            default:
                throw new NotSupportedException(builder.Type.ToString());
        }
    }

    private static void AppendItems(Random random, ColumnBuilder items, int count, int nullsOfTen)
    {
        for (; count > 0; count--)
        {
            Append(random, items, nullsOfTen);
        }
    }

    private static string Text(Random random, int most)
    {
        var text = new StringBuilder();
        for (int n = random.Next(most + 1); n > 0; n--)
        {
            text.Append("abcdefghij 0123456789äß€".AsSpan(random.Next(24), 1));
        }

        return text.ToString();
    }
}
