using System;
using System.Buffers;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Kernels.Hash;

namespace ColumnStream.Engine.State;

/// <summary>Makes checkpoint batches of the rows of <see cref="RetainedRows"/>, and takes them apart.</summary>
/// <remarks>
/// <code>
/// slot u32 | live bool, always true | key_group u16 | columns
/// </code>
/// </remarks>
internal sealed unsafe class RetainedFile(Schema schema, ValueList<int> keys, int keyGroups, BufferAllocator account)
{
    private const int FirstColumn = 3;
    private readonly Schema _schema = FileSchema(schema);

    /// <summary>Gets what the columns mean.</summary>
    public ValueList<StateColumn> Columns
    {
        get
        {
            var columns = new StateColumn[schema.Fields.Count];
            for (int i = 0; i < columns.Length; i++)
            {
                StateColumnRole role = keys.Span.IndexOf(i) >= 0 ? StateColumnRole.Key : StateColumnRole.Row;
                columns[i] = new StateColumn(_schema.Fields[FirstColumn + i].Name, _schema.Fields[FirstColumn + i].Type, role);
            }

            return ValueList.Create<StateColumn>(columns);
        }
    }

    /// <summary>Makes a batch of rows, which the caller releases.</summary>
    public RecordBatch Build(RetainedRows rows, uint* slots, int count)
    {
        var columns = new ArrayData[_schema.Fields.Count];
        for (int i = FirstColumn; i < columns.Length; i++)
        {
            columns[i] = rows.Column(i - FirstColumn, slots, count);
        }

        var keyColumns = new ArrayData[keys.Count];
        for (int i = 0; i < keyColumns.Length; i++)
        {
            keyColumns[i] = columns[FirstColumn + keys[i]];
        }

        ulong[] hashes = ArrayPool<ulong>.Shared.Rent(count);
        KeyHash.Hash(keyColumns, count, hashes);
        NativeBuffer numbers = account.Allocate(count * sizeof(uint));
        NativeBuffer live = account.Allocate(Bitmap.ByteCount(count));
        NativeBuffer groups = account.Allocate(count * sizeof(ushort));
        Unsafe.CopyBlockUnaligned(numbers.Pointer, slots, (uint)count * sizeof(uint));
        Bitmap.Fill(live.Pointer, count);
        live.Length = (count + 7) >> 3;
        for (int i = 0; i < count; i++)
        {
            ((ushort*)groups.Pointer)[i] = (ushort)KeyHash.KeyGroup(hashes[i], keyGroups);
        }

        ArrayPool<ulong>.Shared.Return(hashes);
        columns[0] = new FixedWidthArray(_schema.Fields[0].Type, count, numbers, null);
        columns[1] = new BooleanArray(count, live, null);
        columns[2] = new FixedWidthArray(_schema.Fields[2].Type, count, groups, null);
        return new RecordBatch(_schema, columns, count);
    }

    /// <summary>Returns the rows of a checkpoint batch that are in the range, which the caller releases.</summary>
    /// <param name="batch">The batch, borrowed.</param>
    /// <param name="range">The key groups.</param>
    /// <param name="last">Is raised to the largest slot, of rows outside the range too.</param>
    public RecordBatch Rows(RecordBatch batch, KeyGroupRange range, ref uint last)
    {
        var slots = (uint*)((FixedWidthArray)batch.Columns[0]).Pointer;
        var groups = (ushort*)((FixedWidthArray)batch.Columns[2]).Pointer;
        int[] mine = new int[batch.Length];
        int count = 0;
        for (int i = 0; i < mine.Length; i++)
        {
            last = Math.Max(last, slots[i]);
            mine[count] = i;
            count += range.Contains(groups[i]) ? 1 : 0;
        }

        var columns = new ArrayData[schema.Fields.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            ArrayData column = batch.Columns[FirstColumn + i];
            columns[i] = count == batch.Length ? column.Retain() : TakeKernel.Take(column, mine.AsSpan(0, count), account);
        }

        return new RecordBatch(schema, columns, count);
    }

    private static Schema FileSchema(Schema schema)
    {
        var fields = new Field[FirstColumn + schema.Fields.Count];
        fields[0] = new Field("slot", new DataType(TypeId.UInt32), Nullable: false);
        fields[1] = new Field("live", DataType.Bool, Nullable: false);
        fields[2] = new Field("key_group", new DataType(TypeId.UInt16), Nullable: false);
        for (int i = FirstColumn; i < fields.Length; i++)
        {
            Field field = schema.Fields[i - FirstColumn];
            fields[i] = new Field($"column{i - FirstColumn}:{field.Name}", field.Type);
        }

        return new Schema(fields);
    }
}
