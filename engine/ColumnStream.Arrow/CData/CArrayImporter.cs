using System.Runtime.InteropServices;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.CData;

/// <summary>Takes arrays and batches from other code of the process by the Arrow C data interface.</summary>
/// <remarks>
/// Values stay where they are, in buffers flagged <see cref="NativeBuffer.IsForeign"/>; only bits that begin inside a byte and
/// views that carry dirt are copied. The producer's release callback runs when the last array over its memory is released, on
/// whatever thread does it. Offsets, views, indexes, codes and run ends are checked as those of files are; that memory is as
/// large as the structures say must be believed.
/// </remarks>
public static unsafe class CArrayImporter
{
    /// <summary>Takes over <paramref name="source"/>, which is left released, also on failure.</summary>
    /// <exception cref="CDataException">The structures contradict the type, or each other.</exception>
    public static ArrayData Import(CArray* source, DataType type, BufferAllocator allocator)
    {
        NativeBuffer owner = TakeOver(source, out nint moved);
        try
        {
            return new CColumnReader(owner, allocator).Read((CArray*)moved, type, type.ToString(), depth: 0);
        }
        finally
        {
            owner.Release();
        }
    }

    /// <summary>Takes over <paramref name="source"/>, a record array without nulls, as a batch; it is left released.</summary>
    /// <exception cref="CDataException">The structures contradict the schema, or each other.</exception>
    public static RecordBatch Import(CArray* source, Schema schema, BufferAllocator allocator)
    {
        var record = (StructArray)Import(source, new DataType(TypeId.Struct) { Children = schema.Fields }, allocator);
        try
        {
            if (record.NullCount != 0)
            {
                throw new CDataException($"Batch has rows that are null: {record.NullCount}.");
            }

            foreach (ArrayData field in record.Fields)
            {
                field.Retain();
            }

            return new RecordBatch(schema, record.Fields, record.Length);
        }
        finally
        {
            record.Release();
        }
    }

    /// <summary>Moves the structure into our memory, so that the producer's copy may go.</summary>
    private static NativeBuffer TakeOver(CArray* source, out nint moved)
    {
        if (source->Release is null)
        {
            throw new CDataException("Array was already released.");
        }

        var copy = (CArray*)NativeMemory.Alloc((nuint)sizeof(CArray));
        *copy = *source;
        source->Release = null;
        nint address = (nint)copy;
        moved = address;
        return ForeignMemory.Own(() =>
        {
            var array = (CArray*)address;
            if (array->Release is not null)
            {
                array->Release(array);
            }

            NativeMemory.Free(array);
        });
    }
}
