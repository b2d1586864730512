using System;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;

namespace ColumnStream.Engine.Operators.WindowAggregate;

/// <summary>Appends a column with one time for all rows of a slice, so that slices are told apart as keys are.</summary>
internal sealed unsafe class SliceColumn
{
    private readonly BufferAllocator _allocator;
    private readonly WindowMath _math;
    private readonly SliceRuns _runs;
    private readonly int _time;

    public SliceColumn(WindowSpec window, Schema input, BufferAllocator allocator)
    {
        _allocator = allocator;
        _math = new WindowMath(window);
        _runs = new SliceRuns(_math, window.TimeColumn, allocator);
        _time = window.TimeColumn;
        ValueList<Field> fields = [.. input.Fields, new Field("slice", input.Fields[_time].Type, Nullable: false)];
        Schema = new Schema(fields);
    }

    /// <summary>Gets the columns with the one that is appended.</summary>
    public Schema Schema { get; }

    /// <summary>Returns the batch, perhaps in another order, with the column; the batch is moved.</summary>
    public StreamBatch Append(StreamBatch batch)
    {
        WindowTime.RefuseNull(batch.Rows, _time);

        batch = _runs.Cut(batch);
        int length = batch.Rows.Length;
        DataType type = Schema.Fields[^1].Type;
        long units = WindowMath.UnitsPerMs(type);
        NativeBuffer slices = _allocator.Allocate(Math.Max(1, length) * 8L);
        foreach ((int start, int end, long slice) in _runs.Runs)
        {
            // The end of an attached window is what its slice is found by.
            long time = (_math.IsAttached ? slice + 1 : slice) * units;
            new Span<long>((long*)slices.Pointer + start, end - start).Fill(time);
        }

        var columns = new ArrayData[Schema.Fields.Count];
        for (int i = 0; i < columns.Length - 1; i++)
        {
            columns[i] = batch.Rows.Columns[i].Retain();
        }

        columns[^1] = new FixedWidthArray(type, length, slices, null);
        var appended = new StreamBatch(new RecordBatch(Schema, columns, length), batch.KindsBuffer?.Retain());
        batch.Release();
        return appended;
    }
}
