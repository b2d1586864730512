using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Flight.Sql.Metadata;

namespace ColumnStream.Flight.Sql.Parameters;

/// <summary>Makes parameters of values whose types are their own.</summary>
internal static class BoundValues
{
    /// <summary>Makes a batch of one row with a column for each value (null, text, bool, long or double); the caller releases it.</summary>
    public static RecordBatch ToBatch(IReadOnlyList<object?> values, BufferAllocator allocator)
    {
        var schema = new Schema(values.Select(static (value, i) => new Field(
            "$" + (i + 1).ToString(CultureInfo.InvariantCulture), TypeOf(value))).ToArray());
        using var row = new RowWriter(schema, allocator);
        return row.Add(values.ToArray()).Finish();
    }

    private static DataType TypeOf(object? value) => value switch
    {
        null => DataType.Null,
        bool => DataType.Bool,
        long => DataType.Int64,
        double => DataType.Float64,
        _ => DataType.Utf8,
    };
}
