using System;
using System.Runtime.CompilerServices;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Nested;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Access;

/// <summary>Takes an element of an array by position from 1, or a value of a map by key; NULL where there is none.</summary>
internal static class Item
{
    public static ScalarFunction Definition { get; } = new Function(
        "ITEM",
        ["array[index]", "map[key]"],
        "Returns the element at a position from 1, or the value under a key; NULL where there is none.",
        "ARRAY['a', 'b'][2] = 'b'",
        Bind,
        Compile);

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments)
    {
        if (arguments.Length != 2)
        {
            return null;
        }

        SqlType whole = arguments[0];
        if (whole.Id == SqlTypeId.Array)
        {
            return Parameter.Integer.Accept(arguments[1]) is { } index
                ? new FunctionBinding([whole, index], whole.Element!.WithNullable(true)) : null;
        }

        return whole.Id == SqlTypeId.Map && TypeCoercion.ComparisonType(whole.Key!, arguments[1]) is { } common
            && common.WithNullable(true) is var wide && Key(whole.Key!, arguments[1], wide) is { } key
            ? new FunctionBinding([whole, key], whole.Value!.WithNullable(true))
            : null;
    }

    // The key is cast to the map's type of keys: the map itself is never converted.
    private static SqlType? Key(SqlType key, SqlType argument, SqlType common) =>
        key.IsText && argument.IsText ? argument
        : common == key.WithNullable(true) || argument.Id == SqlTypeId.Null || SqlTypes.CanCast(argument, key)
            ? key.WithNullable(argument.Nullable) : null;

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        SqlType type = call.Arguments[0].Type;
        int whole = compiler.CompileInPlace(call.Arguments[0], branch);
        int key = compiler.Compile(call.Arguments[1], branch);
        Layout keyLayout = Layouts.Of(call.Arguments[1].Type);
        Layout layout = Layouts.Of(call.Type);
        bool isColumn = compiler.Registers[whole] == Layout.Nested;
        if (type.Id == SqlTypeId.Map)
        {
            RowStep find = isColumn ? new MapEntryStep(whole, key, keyLayout, type.Key!) : FindStep(keyLayout, whole, key);
            find.State = new MapLayouts(keyLayout, layout);
            key = compiler.Emit(find, Layout.Int32, branch, call.Location);
        }

        RowStep take = isColumn
            ? new ColumnItemStep(whole, key, layout, type.Id == SqlTypeId.Map, call.Type)
            : TakeStep(layout, whole, key);
        take.State = type.Id == SqlTypeId.Map ? new MapLayouts(keyLayout, layout) : null;
        return compiler.Emit(take, layout, branch, call.Location);
    }

    private static RowStep FindStep(Layout layout, int map, int key) => layout switch
    {
        Layout.Bit => new RowStep<FindKey<bool>, Utf8, bool, int>(map, key),
        Layout.Int8 => new RowStep<FindKey<sbyte>, Utf8, sbyte, int>(map, key),
        Layout.Int16 => new RowStep<FindKey<short>, Utf8, short, int>(map, key),
        Layout.Int32 => new RowStep<FindKey<int>, Utf8, int, int>(map, key),
        Layout.Int64 => new RowStep<FindKey<long>, Utf8, long, int>(map, key),
        Layout.Float32 => new RowStep<FindKey<float>, Utf8, float, int>(map, key),
        Layout.Float64 => new RowStep<FindKey<double>, Utf8, double, int>(map, key),
        Layout.Int128 => new RowStep<FindKey<Int128>, Utf8, Int128, int>(map, key),
        _ => new RowStep<FindKey<Utf8>, Utf8, Utf8, int>(map, key),
    };

    private static RowStep TakeStep(Layout layout, int whole, int index) => layout switch
    {
        Layout.Bit => new RowStep<ItemOf<bool>, Utf8, int, bool>(whole, index),
        Layout.Int8 => new RowStep<ItemOf<sbyte>, Utf8, int, sbyte>(whole, index),
        Layout.Int16 => new RowStep<ItemOf<short>, Utf8, int, short>(whole, index),
        Layout.Int32 => new RowStep<ItemOf<int>, Utf8, int, int>(whole, index),
        Layout.Int64 => new RowStep<ItemOf<long>, Utf8, int, long>(whole, index),
        Layout.Float32 => new RowStep<ItemOf<float>, Utf8, int, float>(whole, index),
        Layout.Float64 => new RowStep<ItemOf<double>, Utf8, int, double>(whole, index),
        Layout.Int128 => new RowStep<ItemOf<Int128>, Utf8, int, Int128>(whole, index),
        _ => new RowStep<ItemOf<Utf8>, Utf8, int, Utf8>(whole, index),
    };
}

/// <summary>Finds the position from 1 of a key in a map's bytes.</summary>
internal readonly struct FindKey<T> : IRowOp<Utf8, T, int>
{
    public static bool Apply(Frame frame, Utf8 a, T b, out int result)
    {
        var layouts = Unsafe.As<MapLayouts>(frame.State!);
        ArrayValue keys = new MapValue(a, layouts.Keys, layouts.Values).Keys;
        result = keys.IndexOf(b) + 1;
        return result > 0;
    }
}

/// <summary>Takes the element at a position from 1 out of an array's bytes, or out of the values of a map's.</summary>
internal readonly struct ItemOf<T> : IRowOp<Utf8, int, T>
{
    public static bool Apply(Frame frame, Utf8 a, int b, out T result)
    {
        Layout layout = Layouts.Of<T>();
        ArrayValue array = frame.State is MapLayouts map
            ? new MapValue(a, map.Keys, map.Values).Values : new ArrayValue(a, layout);
        if (b < 1 || b > array.Count || array.IsNull(b - 1))
        {
            Unsafe.SkipInit(out result);
            return false;
        }

        result = array.Get<T>(b - 1);
        return true;
    }
}
