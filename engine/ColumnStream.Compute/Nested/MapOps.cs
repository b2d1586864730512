using System.Runtime.CompilerServices;
using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Nested;

/// <summary>Says how a map's keys and values are stored.</summary>
internal sealed record MapLayouts(Layout Keys, Layout Values);

/// <summary>Gives the keys of a map as an array, in place.</summary>
internal readonly struct MapKeysOf : IRowOp<Utf8, Utf8>
{
    public static bool Apply(Frame frame, Utf8 a, out Utf8 result)
    {
        var layouts = Unsafe.As<MapLayouts>(frame.State!);
        result = new MapValue(a, layouts.Keys, layouts.Values).Keys.Bytes;
        return true;
    }
}

/// <summary>Gives the values of a map as an array, in place.</summary>
internal readonly struct MapValuesOf : IRowOp<Utf8, Utf8>
{
    public static bool Apply(Frame frame, Utf8 a, out Utf8 result)
    {
        var layouts = Unsafe.As<MapLayouts>(frame.State!);
        result = new MapValue(a, layouts.Keys, layouts.Values).Values.Bytes;
        return true;
    }
}

/// <summary>Holds what makes maps out of arrays.</summary>
internal sealed class MapMaker(Layout keys, Layout values)
{
    public Layout Keys => keys;

    public Layout Values => values;

    public MapWriter Writer { get; } = new(keys, values);
}

/// <summary>Makes a map of an array of keys and one of as many values; unequal counts fail.</summary>
internal readonly struct MapOfArrays : IRowOp<Utf8, Utf8, Utf8>
{
    public static bool Apply(Frame frame, Utf8 a, Utf8 b, out Utf8 result)
    {
        var maker = Unsafe.As<MapMaker>(frame.State!);
        var keys = new ArrayValue(a, maker.Keys);
        var values = new ArrayValue(b, maker.Values);
        if (keys.Count != values.Count)
        {
            result = default;
            return false;
        }

        result = maker.Writer.Write(keys, values, frame);
        return true;
    }
}
