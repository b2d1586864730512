using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Compute.Nested;

/// <summary>Shares nested columns under another type of the same layout: other names, other nullability.</summary>
internal static unsafe class NestedColumns
{
    /// <summary>Makes a column that shares buffers and children; validity, if given, is taken over and replaces the old.</summary>
    public static ArrayData Share(ArrayData array, DataType type, NativeBuffer? validity)
    {
        if (validity is null && (array.Type == type || array is not (ListArray or MapArray or StructArray)))
        {
            return array.Retain();
        }

        NativeBuffer? kept = validity ?? array.ValidityBuffer?.Retain();
        byte* bits = validity is null ? array.Validity : validity.Pointer;
        switch (array)
        {
            case ListArray list:
                ArrayData items = Share(list.Items, type.Children[0].Type, null);
                return new ListArray(type, list.Length, list.OffsetsBuffer.Retain(), list.Offsets, items, kept, bits);
            case MapArray map:
                var entries = (StructArray)Share(map.Entries, type.Children[0].Type, null);
                return new MapArray(type, map.Length, map.OffsetsBuffer.Retain(), map.Offsets, entries, kept, bits);
            default:
                var record = (StructArray)array;
                var fields = new ArrayData[record.Fields.Length];
                for (int i = 0; i < fields.Length; i++)
                {
                    fields[i] = Share(record.Fields[i], type.Children[i].Type, null);
                }

                return new StructArray(type, record.Length, fields, kept, bits);
        }
    }
}
