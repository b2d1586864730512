using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.State;

namespace ColumnStream.Runtime.Upgrades;

/// <summary>Gives the batches of a state as a changed query wants them: columns by meaning, new ones at zero, integers grown.</summary>
internal sealed unsafe class MigratedSnapshotReader(
    StateSnapshotReader held, StateUpgrade upgrade, ValueList<StateColumn> wanted, BufferAllocator allocator) : StateSnapshotReader
{
    private const int FixedColumns = 3;

    public override IEnumerable<RecordBatch> ReadBatches()
    {
        foreach (RecordBatch batch in held.ReadBatches())
        {
            RecordBatch migrated;
            try
            {
                migrated = Migrate(batch);
            }
            finally
            {
                batch.Release();
            }

            yield return migrated;
        }
    }

    private RecordBatch Migrate(RecordBatch batch)
    {
        var fields = new Field[FixedColumns + wanted.Count];
        var columns = new ArrayData[fields.Length];
        for (int i = 0; i < fields.Length; i++)
        {
            if (i < FixedColumns)
            {
                fields[i] = batch.Schema.Fields[i];
                columns[i] = batch.Columns[i].Retain();
                continue;
            }

            StateColumn column = wanted[i - FixedColumns];
            int source = upgrade.Sources![i - FixedColumns];
            fields[i] = new Field(column.Name, column.Type);
            columns[i] = source < 0 ? Zero(column.Type, batch.Length)
                : upgrade.Bits![i - FixedColumns] is { } bits ? Moved(batch.Columns[FixedColumns + source], bits)
                : Grown(batch.Columns[FixedColumns + source], column.Type);
        }

        return new RecordBatch(new Schema(fields), columns, batch.Length);
    }

    private ArrayData Zero(DataType type, int length)
    {
        if (type.ByteWidth > 0)
        {
            return new FixedWidthArray(type, length, allocator.AllocateZeroed(length * (long)type.ByteWidth), null);
        }

        return new BinaryArray(type, length, allocator.AllocateZeroed((length + 1L) * 4), allocator.Allocate(0), null);
    }

    /// <summary>Moves the bits of a word to where the aggregates stand now.</summary>
    private FixedWidthArray Moved(ArrayData column, int[] bits)
    {
        NativeBuffer words = allocator.Allocate(column.Length * 8L);
        var from = (ulong*)((FixedWidthArray)column).Pointer;
        var to = (ulong*)words.Pointer;
        for (int row = 0; row < column.Length; row++)
        {
            ulong word = 0;
            for (int i = 0; i < bits.Length; i++)
            {
                word |= bits[i] < 0 ? 0 : ((from[row] >> bits[i]) & 1) << i;
            }

            to[row] = word;
        }

        return new FixedWidthArray(column.Type, column.Length, words, null);
    }

    private ArrayData Grown(ArrayData column, DataType type)
    {
        if (column is not FixedWidthArray narrow || narrow.ByteWidth >= type.ByteWidth
            || !IsInteger(column.Type) || !IsInteger(type))
        {
            return column.Retain();
        }

        NativeBuffer values = allocator.Allocate(column.Length * (long)type.ByteWidth);
        for (int row = 0; row < column.Length; row++)
        {
            long value = narrow.ByteWidth switch
            {
                1 => ((sbyte*)narrow.Pointer)[row],
                2 => ((short*)narrow.Pointer)[row],
                _ => ((int*)narrow.Pointer)[row],
            };
            switch (type.ByteWidth)
            {
                case 2:
                    ((short*)values.Pointer)[row] = (short)value;
                    break;
                case 4:
                    ((int*)values.Pointer)[row] = (int)value;
                    break;
                default:
                    ((long*)values.Pointer)[row] = value;
                    break;
            }
        }

        NativeBuffer? validity = null;
        if (column.Validity is not null)
        {
            validity = allocator.AllocateZeroed(Bitmap.ByteCount(column.Length));
            for (int row = 0; row < column.Length; row++)
            {
                validity.Pointer[row >> 3] |= (byte)(column.IsNull(row) ? 0 : 1 << (row & 7));
            }
        }

        return new FixedWidthArray(type, column.Length, values, validity);
    }

    private static bool IsInteger(DataType type) => type.Id is TypeId.Int8 or TypeId.Int16 or TypeId.Int32 or TypeId.Int64;
}
