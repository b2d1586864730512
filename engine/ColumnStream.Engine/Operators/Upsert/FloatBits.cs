using System;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;

namespace ColumnStream.Engine.Operators.Upsert;

/// <summary>Shows columns of floating point as integers of the same bits, so that state keeps them to the letter.</summary>
internal sealed unsafe class FloatBits : IDisposable
{
    /// <summary>Looks at a batch, which is borrowed.</summary>
    public FloatBits(StreamBatch batch)
    {
        RecordBatch rows = batch.Rows;
        var columns = new ArrayData[rows.Columns.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = As(rows.Columns[i], Hidden(rows.Columns[i].Type));
        }

        Batch = new StreamBatch(new RecordBatch(Hidden(rows.Schema), columns, rows.Length), batch.KindsBuffer?.Retain());
    }

    /// <summary>Gets the batch with other types.</summary>
    public StreamBatch Batch { get; }

    /// <summary>Returns a schema with other types.</summary>
    public static Schema Hidden(Schema schema)
    {
        var fields = new Field[schema.Fields.Count];
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = schema.Fields[i] with { Type = Hidden(schema.Fields[i].Type) };
        }

        return new Schema(fields);
    }

    /// <summary>Gives columns their types back.</summary>
    public static void Show(ArrayData[] columns, Schema schema)
    {
        for (int i = 0; i < columns.Length; i++)
        {
            ArrayData hidden = columns[i];
            columns[i] = As(hidden, schema.Fields[i].Type);
            hidden.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Batch.Release();

    private static DataType Hidden(DataType type) => type.Id switch
    {
        TypeId.Float64 => new DataType(TypeId.Int64),
        TypeId.Float32 => new DataType(TypeId.Int32),
        _ => type,
    };

    private static ArrayData As(ArrayData column, DataType type) =>
        column is FixedWidthArray fixedWidth && column.Type.Id != type.Id && column.Type.ByteWidth == type.ByteWidth
            ? new FixedWidthArray(
                type, column.Length, fixedWidth.ValuesBuffer.Retain(), fixedWidth.Pointer, column.ValidityBuffer?.Retain(),
                column.Validity)
            : column.Retain();
}
