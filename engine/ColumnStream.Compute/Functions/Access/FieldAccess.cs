using System;
using System.Runtime.CompilerServices;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Nested;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Access;

/// <summary>Reads one field of a record; NULL where the record is NULL.</summary>
internal static class FieldAccess
{
    public static ScalarFunction Definition { get; } = new Function(
        "FIELD",
        ["FIELD(row, index)"],
        "Returns one field of a record by position from 0: what row.field means.",
        "CAST(ROW(1) AS ROW<f INT>).f = 1",
        Bind,
        Compile).Cheap();

    // The field is named by value, so the binder sets the result type itself; only the shape is checked here.
    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) =>
        arguments.Length == 2 && arguments[0].Id == SqlTypeId.Row && arguments[1].IsInteger
            ? new FunctionBinding([arguments[0], arguments[1]], arguments[0].Fields.Count == 1
                ? arguments[0].Fields[0].Type : SqlType.Null)
            : null;

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        SqlType type = call.Arguments[0].Type;
        int row = compiler.CompileInPlace(call.Arguments[0], branch);
        int index = call.Arguments[1] is LiteralExpression { Value: { } text }
            ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture)
            : throw new NotSupportedException("A field is named by a constant.");
        if (compiler.Registers[row] == Layout.Nested)
        {
            return compiler.Emit(new FieldStep(row, index), Layouts.OfColumn(type.Fields[index].Type), 0, call.Location);
        }

        var place = new FieldPlace(RowLayout.Of(type), index);
        RowStep step = ElementSteps.Field(place.Layout[index], row);
        step.State = place;
        return compiler.Emit(step, place.Layout[index], branch, call.Location);
    }
}

/// <summary>Names a field of a row's bytes.</summary>
internal sealed record FieldPlace(RowLayout Layout, int Index);

/// <summary>Reads a field out of a row's bytes, in place.</summary>
internal readonly struct FieldOf<T> : IRowOp<Utf8, T>
{
    public static bool Apply(Frame frame, Utf8 a, out T result)
    {
        var place = Unsafe.As<FieldPlace>(frame.State!);
        var row = new RowValue(a, place.Layout);
        if (row.IsNull(place.Index))
        {
            Unsafe.SkipInit(out result);
            return false;
        }

        result = row.Get<T>(place.Index);
        return true;
    }
}

/// <summary>Points a register at a child array; its nulls are the record's and its own.</summary>
internal sealed unsafe class FieldStep(int row, int index) : Step
{
    public override void Run(Frame frame)
    {
        var record = (Arrow.Arrays.StructArray)frame.Arrays[row]!;
        frame.Point(Result, record.Fields[index]);
        frame[Result].Valid = frame.And(Result, frame[row].Valid, frame[Result].Valid);
    }
}
