using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Nested;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Collection;

/// <summary>Counts elements of an array or entries of a map; of a column by its offsets alone.</summary>
internal static class Cardinality
{
    public static ScalarFunction Definition { get; } = new Function(
        "CARDINALITY",
        ["CARDINALITY(array)", "CARDINALITY(map)"],
        "Returns the number of elements or entries.",
        "CARDINALITY(ARRAY[1, 2]) = 2",
        Bind,
        Compile);

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) =>
        arguments.Length == 1 && arguments[0].Id is SqlTypeId.Array or SqlTypeId.Map or SqlTypeId.Multiset
            ? new FunctionBinding([arguments[0]], SqlType.Integer.WithNullable(arguments[0].Nullable)) : null;

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        int value = compiler.CompileInPlace(call.Arguments[0], branch);
        bool isMap = call.Arguments[0].Type.Id != SqlTypeId.Array;
        RowStep step = compiler.Registers[value] == Layout.Nested ? new CountStep(value)
            : isMap ? new RowStep<CountOfMap, Utf8, int>(value) : new RowStep<CountOfArray, Utf8, int>(value);
        return compiler.Emit(step, Layout.Int32, branch, call.Location);
    }
}

/// <summary>Subtracts offsets of a list or map column.</summary>
internal sealed unsafe class CountStep(int source) : RowStep
{
    protected override byte* Validity(Frame frame) => frame[source].Valid;

    protected override void RunRows(Frame frame, ulong* mask)
    {
        ArrayData array = frame.Arrays[source]!;
        int* offsets = (array is MapArray map ? map.Offsets : ((ListArray)array).Offsets) + frame.FirstRow;
        int* result = (int*)frame[Result].Data;
        int rows = frame.Rows;
        for (int i = 0; i < rows; i++)
        {
            result[i] = offsets[i + 1] - offsets[i];
        }
    }
}

/// <summary>Reads the count of an array.</summary>
internal readonly struct CountOfArray : IRowOp<Utf8, int>
{
    public static bool Apply(Frame frame, Utf8 a, out int result)
    {
        result = new ArrayValue(a, Layout.Bit).Count;
        return true;
    }
}

/// <summary>Reads the count of a map.</summary>
internal readonly struct CountOfMap : IRowOp<Utf8, int>
{
    public static bool Apply(Frame frame, Utf8 a, out int result)
    {
        result = new MapValue(a, Layout.Bit, Layout.Bit).Count;
        return true;
    }
}
