using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.CData;

/// <summary>Gives arrays and batches to other code of the process by the Arrow C data interface; nothing is copied.</summary>
/// <remarks>Each structure holds its own reference, dropped by its release callback, which any thread may call.</remarks>
public static unsafe class CArrayExporter
{
    /// <summary>Fills <paramref name="target"/> with an array, which is retained until the consumer releases it.</summary>
    public static void Export(ArrayData array, CArray* target)
    {
        *target = default;
        var buffers = new List<nint>();
        long* sizes = AddBuffers(array, buffers);
        ReadOnlySpan<ArrayData> children = array is DictionaryArray ? [] : array.Children;
        target->Length = array.Length;
        target->NullCount = array is UnionArray or RunEndEncodedArray ? 0 : array.NullCount;
        target->Offset = array is RunEndEncodedArray runs ? runs.Offset : 0;
        target->BufferCount = buffers.Count;
        target->Buffers = (void**)NativeMemory.Alloc((nuint)Math.Max(1, buffers.Count), (nuint)sizeof(void*));
        for (int i = 0; i < buffers.Count; i++)
        {
            target->Buffers[i] = (void*)buffers[i];
        }

        target->ChildCount = children.Length;
        target->Children = (CArray**)NativeMemory.AllocZeroed((nuint)Math.Max(1, children.Length), (nuint)sizeof(CArray*));
        target->PrivateData = (void*)GCHandle.ToIntPtr(GCHandle.Alloc(new Kept(array.Retain(), (nint)sizes)));
        target->Release = &Free;
        for (int i = 0; i < children.Length; i++)
        {
            target->Children[i] = (CArray*)NativeMemory.AllocZeroed((nuint)sizeof(CArray));
            Export(children[i], target->Children[i]);
        }

        if (array is DictionaryArray dictionary)
        {
            target->Dictionary = (CArray*)NativeMemory.AllocZeroed((nuint)sizeof(CArray));
            Export(dictionary.Dictionary, target->Dictionary);
        }
    }

    /// <summary>Fills <paramref name="target"/> with a batch as a record array; its columns are retained until released.</summary>
    public static void Export(RecordBatch batch, CArray* target)
    {
        foreach (ArrayData column in batch.Columns)
        {
            column.Retain();
        }

        var record = new StructArray(
            new DataType(TypeId.Struct) { Children = batch.Schema.Fields }, batch.Length, batch.Columns, null);
        Export(record, target);
        record.Release();
    }

    /// <summary>Lists an array's buffers in the format's order; view columns end with the sizes of their data buffers.</summary>
    private static long* AddBuffers(ArrayData array, List<nint> buffers)
    {
        switch (array)
        {
            case NullArray or RunEndEncodedArray:
                return null;
            case UnionArray a:
                buffers.Add((nint)a.Codes);
                if (a.Offsets is not null)
                {
                    buffers.Add((nint)a.Offsets);
                }

                return null;
            default:
                buffers.Add((nint)array.Validity);
                break;
        }

        switch (array)
        {
            case FixedWidthArray a:
                buffers.Add((nint)a.Pointer);
                break;
            case BooleanArray a:
                buffers.Add((nint)a.Bits);
                break;
            case BinaryArray a:
                buffers.AddRange([(nint)a.Offsets, (nint)a.Data]);
                break;
            case LargeBinaryArray a:
                buffers.AddRange([(nint)a.Offsets, (nint)a.Data]);
                break;
            case ViewArray a:
                buffers.Add((nint)a.Pointer);
                var sizes = (long*)NativeMemory.Alloc((nuint)Math.Max(1, a.Data.Length), sizeof(long));
                for (int i = 0; i < a.Data.Length; i++)
                {
                    buffers.Add((nint)a.Data[i].Pointer);
                    sizes[i] = a.Data[i].Length;
                }

                buffers.Add((nint)sizes);
                return sizes;
            case ListArray a:
                buffers.Add((nint)a.Offsets);
                break;
            case MapArray a:
                buffers.Add((nint)a.Offsets);
                break;
            case LargeListArray a:
                buffers.Add((nint)a.Offsets);
                break;
            case ListViewArray a:
                buffers.AddRange([(nint)a.OffsetsPointer, (nint)a.SizesPointer]);
                break;
            case DictionaryArray a:
                buffers.Add((nint)a.Pointer);
                break;
            default:
                break;
        }

        return null;
    }

    [UnmanagedCallersOnly]
    private static void Free(CArray* array)
    {
        for (long i = 0; i < array->ChildCount; i++)
        {
            FreeChild(array->Children[i]);
        }

        FreeChild(array->Dictionary);
        GCHandle handle = GCHandle.FromIntPtr((nint)array->PrivateData);
        var kept = (Kept)handle.Target!;
        handle.Free();
        NativeMemory.Free((void*)kept.Sizes);
        NativeMemory.Free(array->Children);
        NativeMemory.Free(array->Buffers);
        array->Release = null;
        kept.Array.Release();
    }

    /// <summary>Releases a child that was not moved out, and its structure.</summary>
    private static void FreeChild(CArray* child)
    {
        if (child is not null && child->Release is not null)
        {
            child->Release(child);
        }

        NativeMemory.Free(child);
    }

    private sealed record Kept(ArrayData Array, nint Sizes);
}
