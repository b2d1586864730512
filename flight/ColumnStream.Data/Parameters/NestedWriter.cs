using System;
using System.Collections;
using System.Collections.Generic;
using System.Data;
using System.Globalization;
using System.Linq;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Data.Parameters;

/// <summary>
/// Writes lists, maps and records of .NET into Arrow columns: what can be enumerated as lists, dictionaries as maps, tuples and arrays
/// by place as records, dictionaries and data records by the names of their fields.
/// </summary>
/// <remarks>Nobody's properties are reflected on, so that a trimmed program writes the same.</remarks>
internal static class NestedWriter
{
    private const int BytesOfItem = 8;

    /// <summary>Appends a value that is not null, and gives about the bytes that it has.</summary>
    /// <exception cref="InvalidCastException">The value is no list, map or record, or a part of it does not fit.</exception>
    public static long Append(ColumnBuilder builder, object value)
    {
        switch (builder)
        {
            case MapBuilder map:
                return AppendMap(map, value);
            case StructBuilder record:
                return AppendRecord(record, value);
            case ListBuilder list:
                long bytes = AppendItems(list.Items, list.Type, value);
                list.AppendList();
                return bytes;
            case LargeListBuilder list:
                bytes = AppendItems(list.Items, list.Type, value);
                list.AppendList();
                return bytes;
            case ListViewBuilder list:
                bytes = AppendItems(list.Items, list.Type, value);
                list.AppendList();
                return bytes;
            case FixedSizeListBuilder list:
                int before = list.Items.Length;
                bytes = AppendItems(list.Items, list.Type, value);
                if (list.Items.Length - before != list.Type.FixedSize)
                {
                    throw new InvalidCastException($"List has {list.Items.Length - before} items, its type {list.Type.FixedSize}.");
                }

                list.AppendList();
                return bytes;
            default:
                throw NoRows(builder.Type);
        }
    }

    /// <summary>Makes the error of a type that has no values of .NET.</summary>
    public static InvalidCastException NoRows(DataType type) =>
        new($"Values of rows cannot be of the type {type}: send them as Arrow batches.");

    private static long AppendItems(ColumnBuilder items, DataType type, object value)
    {
        bool isList = value is IEnumerable and not (string or IDictionary) && value is not Array { Rank: > 1 };
        if (!isList)
        {
            throw new InvalidCastException("Value is no list: expected an array of one dimension or what can be enumerated.");
        }

        long bytes = 0;
        foreach (object? item in (IEnumerable)value)
        {
            bytes += AppendPart(items, type.Children[0], item, "An item");
        }

        return bytes;
    }

    private static long AppendMap(MapBuilder map, object value)
    {
        long bytes = 0;
        foreach ((object? key, object? item) in Entries(value))
        {
            bytes += AppendPart(map.Keys, map.Type.KeyField with { Nullable = false }, key, "A key");
            bytes += AppendPart(map.Values, map.Type.ValueField, item, "A value");
        }

        map.AppendMap();
        return bytes;
    }

    private static IEnumerable<(object? Key, object? Value)> Entries(object value) => value switch
    {
        IDictionary entries => Pairs(entries),
        IEnumerable<KeyValuePair<string, object?>> entries => entries.Select(entry => ((object?)entry.Key, entry.Value)),
        IEnumerable<KeyValuePair<object, object?>> entries => entries.Select(entry => ((object?)entry.Key, entry.Value)),
        _ => throw new InvalidCastException("Value is no map: expected a dictionary."),
    };

    private static IEnumerable<(object? Key, object? Value)> Pairs(IDictionary entries)
    {
        foreach (DictionaryEntry entry in entries)
        {
            yield return (entry.Key, entry.Value);
        }
    }

    private static long AppendRecord(StructBuilder record, object value)
    {
        object?[] parts = PartsOf(record.Type.Children, value);
        long bytes = 0;
        for (int i = 0; i < parts.Length; i++)
        {
            Field field = record.Type.Children[i];
            bytes += AppendPart(record.Fields[i], field, parts[i], $"Field '{field.Name}'");
        }

        record.AppendStruct();
        return bytes;
    }

    private static object?[] PartsOf(ValueList<Field> fields, object value)
    {
        switch (value)
        {
            case IDictionary or IEnumerable<KeyValuePair<string, object?>>:
                return Named(fields, Entries(value));
            case IDataRecord row:
                return Named(fields, Enumerable.Range(0, row.FieldCount).Select(
                    i => ((object?)row.GetName(i), (object?)row.GetValue(i))));
            case ITuple tuple:
                var parts = new object?[tuple.Length];
                for (int i = 0; i < parts.Length; i++)
                {
                    parts[i] = tuple[i];
                }

                return Counted(fields, parts);
            case IList list:
                return Counted(fields, [.. list.Cast<object?>()]);
            default:
                throw new InvalidCastException(
                    "Value is no record: expected a tuple, an array, or a dictionary or data record with the names of the fields.");
        }
    }

    private static object?[] Counted(ValueList<Field> fields, object?[] parts) => parts.Length == fields.Count
        ? parts : throw new InvalidCastException(string.Create(
            CultureInfo.InvariantCulture, $"Record has {parts.Length} values for {fields.Count} fields."));

    /// <summary>Puts values at the places of their fields, compared with case first; fields without a value are null.</summary>
    private static object?[] Named(ValueList<Field> fields, IEnumerable<(object? Key, object? Value)> values)
    {
        string[] names = [.. fields.Select(field => field.Name)];
        var parts = new object?[names.Length];
        foreach ((object? key, object? value) in values)
        {
            int place = Array.IndexOf(names, key as string);
            place = place >= 0
                ? place : Array.FindIndex(names, name => string.Equals(name, key as string, StringComparison.OrdinalIgnoreCase));
            parts[place >= 0 ? place : throw new InvalidCastException(
                $"Record has no field '{key}'. It has {string.Join(", ", names)}.")] = value;
        }

        return parts;
    }

    private static long AppendPart(ColumnBuilder builder, Field field, object? value, string name)
    {
        if (!field.Nullable && value is (null or DBNull))
        {
            throw new InvalidCastException($"{name} may not be null.");
        }

        try
        {
            return BytesOfItem + ValueWriter.AppendNullable(builder, value);
        }
        catch (Exception e) when (e is FormatException or OverflowException or InvalidCastException { InnerException: null })
        {
            throw new InvalidCastException($"{name} is no {field.Type}: {value} ({value!.GetType().Name}). {e.Message}", e);
        }
    }
}
