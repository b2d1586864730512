using System;
using System.Collections.Generic;
using System.Text;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Flight.Sql.Metadata;

/// <summary>Makes a batch of rows given as objects: for metadata, which is small.</summary>
internal sealed class RowWriter : IDisposable
{
    private readonly Schema _schema;
    private readonly ColumnBuilder[] _columns;
    private int _rows;

    /// <summary>Begins a batch of <paramref name="schema"/> whose buffers are charged to <paramref name="allocator"/>.</summary>
    public RowWriter(Schema schema, BufferAllocator allocator)
    {
        _schema = schema;
        _columns = new ColumnBuilder[schema.Fields.Count];
        for (int i = 0; i < _columns.Length; i++)
        {
            _columns[i] = ColumnBuilder.Create(schema.Fields[i].Type, allocator, 64);
        }
    }

    /// <summary>
    /// Appends a row: null, text, bool, byte, int, uint, long, double, bytes, lists of text, or a value of the union of SqlInfo.
    /// </summary>
    public RowWriter Add(params ReadOnlySpan<object?> values)
    {
        if (values.Length != _columns.Length)
        {
            throw new ArgumentException($"Row has a wrong number of values: {values.Length}, {_columns.Length}.", nameof(values));
        }

        for (int i = 0; i < values.Length; i++)
        {
            Append(_columns[i], values[i]);
        }

        _rows++;
        return this;
    }

    /// <summary>Gives the batch, which the caller releases, and begins the next.</summary>
    public RecordBatch Finish()
    {
        var columns = new ArrayData[_columns.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = _columns[i].Finish();
        }

        int rows = _rows;
        _rows = 0;
        return new RecordBatch(_schema, columns, rows);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ColumnBuilder column in _columns)
        {
            column.Dispose();
        }
    }

    private static void Append(ColumnBuilder column, object? value)
    {
        switch (column, value)
        {
            case (UnionBuilder union, not null):
                int child = ChildOf(value);
                Append(union.Fields[child], value);
                union.AppendUnion(child);
                break;
            case (_, null):
                column.AppendNull();
                break;
            case (BinaryBuilder text, string s):
                text.Append(Encoding.UTF8.GetBytes(s));
                break;
            case (BinaryBuilder bytes, byte[] b):
                bytes.Append(b);
                break;
            case (BooleanBuilder flags, bool flag):
                flags.Append(flag);
                break;
            case (FixedWidthBuilder numbers, byte number):
                numbers.Append(number);
                break;
            case (FixedWidthBuilder numbers, int number):
                numbers.Append(number);
                break;
            case (FixedWidthBuilder numbers, uint number):
                numbers.Append(number);
                break;
            case (FixedWidthBuilder numbers, long number):
                numbers.Append(number);
                break;
            case (FixedWidthBuilder numbers, double number):
                numbers.Append(number);
                break;
            case (ListBuilder list, IEnumerable<string> items):
                foreach (string item in items)
                {
                    Append(list.Items, item);
                }

                list.AppendList();
                break;
            case (ListBuilder list, int[] items):
                foreach (int item in items)
                {
                    Append(list.Items, item);
                }

                list.AppendList();
                break;
            case (MapBuilder map, IReadOnlyDictionary<int, int[]> entries):
                foreach ((int key, int[] items) in entries)
                {
                    Append(map.Keys, key);
                    Append(map.Values, items);
                }

                map.AppendMap();
                break;
            default:
                throw new ArgumentException($"Column of {column.Type} cannot take a {value.GetType().Name}.", nameof(value));
        }
    }

    /// <summary>Finds the child of SqlInfo's union that holds values of this kind.</summary>
    private static int ChildOf(object value) => value switch
    {
        string => 0,
        bool => 1,
        long => 2,
        int => 3,
        IEnumerable<string> => 4,
        IReadOnlyDictionary<int, int[]> => 5,
        _ => throw new ArgumentException($"SqlInfo cannot hold a {value.GetType().Name}.", nameof(value)),
    };
}
