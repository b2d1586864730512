using System;
using System.Globalization;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Chooses one of several texts by a 1-based index; NULL for an index that there is not.</summary>
internal static class Elt
{
    public static ScalarFunction Definition { get; } = new Function(
        "ELT",
        ["ELT(index, a, b, …)"],
        "Chooses one of several texts or byte strings by a 1-based index; NULL for an index that there is not.",
        "ELT(2, 'a', 'b') = 'b'",
        Bind,
        Compile).With(Check);

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments)
    {
        if (arguments.Length < 2 || Parameter.BigInt.Accept(arguments[0]) is not { } index
            || !Parameter.AreOneKind(arguments[1..]))
        {
            return null;
        }

        var types = new SqlType[arguments.Length];
        types[0] = index;
        for (int i = 1; i < types.Length; i++)
        {
            if (Parameter.TextOrBinary.Accept(arguments[i]) is not { } type)
            {
                return null;
            }

            types[i] = type;
        }

        return TypeCoercion.CommonType(types.AsSpan(1)) is { } common
            ? new FunctionBinding(ValueList.Create<SqlType>(types), common.Materialized().WithNullable(true)) : null;
    }

    private static string? Check(CallExpression call) =>
        ConstantFolder.Constant(call.Arguments[0]) is { Value: { } index } && long.Parse(index, CultureInfo.InvariantCulture) < 0
            ? $"Index is negative: {index}." : null;

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        int index = compiler.Compile(call.Arguments[0], branch);
        var parts = new int[call.Arguments.Count - 1];
        for (int i = 0; i < parts.Length; i++)
        {
            parts[i] = compiler.Compile(call.Arguments[i + 1], branch);
        }

        return compiler.Emit(new EltStep(index, parts), Layout.View, branch, call.Location);
    }
}

/// <summary>Copies the view of the chosen part.</summary>
internal sealed unsafe class EltStep(int index, int[] parts) : RowStep
{
    protected override byte* Validity(Frame frame) => frame[index].Valid;

    protected override void RunRows(Frame frame, ulong* mask)
    {
        for (int row = 0; row < frame.Rows; row++)
        {
            if ((mask[row >> 6] >> (row & 63) & 1) == 0)
            {
                continue;
            }

            long chosen = ((long*)frame[index].Data)[row] - 1;
            if ((ulong)chosen >= (ulong)parts.Length)
            {
                Missing(frame, row);
                continue;
            }

            ref Register part = ref frame[parts[(int)chosen]];
            if (part.Valid is not null && !Arrow.Memory.Bitmap.Get(part.Valid, row))
            {
                Missing(frame, row);
            }
            else
            {
                Frame.Store(frame[Result], row, frame.Text(part, row));
            }
        }
    }
}
