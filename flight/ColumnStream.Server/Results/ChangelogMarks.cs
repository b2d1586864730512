using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Elements;

namespace ColumnStream.Server.Results;

/// <summary>Puts the kind of each row of a changelog into a first column <c>op</c>.</summary>
internal static unsafe class ChangelogMarks
{
    /// <summary>Gets the column.</summary>
    public static SqlField Column { get; } = new("op", SqlType.String.WithNullable(false));

    /// <summary>Makes rows with the column in front; <paramref name="batch"/> is borrowed, the result is the caller's.</summary>
    public static RecordBatch Mark(StreamBatch batch, Schema schema, BufferAllocator allocator)
    {
        StreamBatch rows = batch.Share(allocator).Compact(allocator);
        using var ops = new ViewBuilder(DataType.Utf8View, allocator, rows.Rows.Length);
        for (int i = 0; i < rows.Rows.Length; i++)
        {
            ops.Append((rows.Kinds is null ? RowKind.Insert : rows.Kinds[i]) switch
            {
                RowKind.Insert => "+I"u8,
                RowKind.UpdateBefore => "-U"u8,
                RowKind.UpdateAfter => "+U"u8,
                _ => "-D"u8,
            });
        }

        var columns = new ArrayData[rows.Rows.Columns.Length + 1];
        columns[0] = ops.Finish();
        for (int i = 1; i < columns.Length; i++)
        {
            columns[i] = rows.Rows.Columns[i - 1].Retain();
        }

        var marked = new RecordBatch(schema, columns, rows.Rows.Length);
        rows.Release();
        return marked;
    }
}
