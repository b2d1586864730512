using System.Runtime.CompilerServices;
using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Nested;

/// <summary>Reads the canonical bytes of a map, or of a multiset as a map of element to INT count, in place.</summary>
/// <remarks>
/// <code>
/// int32  bytes of the keys
/// array  keys, ascending and distinct (NULL first)
/// array  values, one a key
/// </code>
/// </remarks>
internal readonly unsafe struct MapValue
{
    /// <summary>Opens the bytes of a map.</summary>
    public MapValue(Utf8 bytes, Layout keys, Layout values)
    {
        if (bytes.Length < 4)
        {
            Keys = new ArrayValue(bytes, keys);
            Values = new ArrayValue(bytes, values);
            return;
        }

        int length = Unsafe.ReadUnaligned<int>(bytes.Pointer);
        Keys = new ArrayValue(bytes.Slice(4, length), keys);
        Values = new ArrayValue(bytes.Slice(4 + length, bytes.Length - 4 - length), values);
    }

    /// <summary>Gets the number of entries.</summary>
    public int Count => Keys.Count;

    /// <summary>Gets the keys: their bytes are those of an array.</summary>
    public ArrayValue Keys { get; }

    /// <summary>Gets the values: their bytes are those of an array.</summary>
    public ArrayValue Values { get; }
}
