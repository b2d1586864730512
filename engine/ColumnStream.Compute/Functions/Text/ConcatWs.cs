using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Joins texts with a separator; NULL parts are left out.</summary>
internal static class ConcatWs
{
    public static ScalarFunction Definition { get; } = new Function(
        "CONCAT_WS",
        ["CONCAT_WS(separator, a, b, …)"],
        "Joins texts with a separator; NULL parts are left out.",
        "CONCAT_WS('-', 'a', CAST(NULL AS STRING), 'b') = 'a-b'",
        Bind,
        Compile);

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) =>
        arguments.Length >= 1 && Concat.Bind(arguments) is { } binding
            ? binding with { ReturnType = SqlType.String.WithNullable(binding.ParameterTypes[0].Nullable) }
            : null;

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        var parts = new int[call.Arguments.Count - 1];
        int separator = compiler.Compile(call.Arguments[0], branch);
        for (int i = 0; i < parts.Length; i++)
        {
            parts[i] = compiler.Compile(call.Arguments[i + 1], branch);
        }

        return compiler.Emit(new ConcatWsStep(separator, parts), Layout.View, branch, call.Location);
    }
}

/// <summary>Joins the valid parts of each row.</summary>
internal sealed unsafe class ConcatWsStep(int separator, int[] parts) : RowStep
{
    protected override byte* Validity(Frame frame) => frame[separator].Valid;

    protected override void RunRows(Frame frame, ulong* mask)
    {
        for (int row = 0; row < frame.Rows; row++)
        {
            if ((mask[row >> 6] >> (row & 63) & 1) != 0)
            {
                Frame.Store(frame[Result], row, Join(frame, row));
            }
        }
    }

    private Utf8 Join(Frame frame, int row)
    {
        Utf8 between = frame.Text(frame[separator], row);
        int length = 0;
        foreach (int part in parts)
        {
            length += between.Length + frame.Text(frame[part], row).Length;
        }

        var target = new Span<byte>(frame.Reserve(length + 16), length);
        int written = 0;
        bool first = true;
        foreach (int part in parts)
        {
            ref Register register = ref frame[part];
            if (register.Valid is not null && !Arrow.Memory.Bitmap.Get(register.Valid, row))
            {
                continue;
            }

            if (!first)
            {
                between.Span.CopyTo(target[written..]);
                written += between.Length;
            }

            Utf8 text = frame.Text(register, row);
            text.Span.CopyTo(target[written..]);
            written += text.Length;
            first = false;
        }

        return frame.Commit(written);
    }
}
