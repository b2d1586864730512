using System;
using System.Buffers;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Json;

/// <summary>Writes any value as JSON text.</summary>
internal static class JsonString
{
    public static ScalarFunction Definition { get; } = new Function(
        "JSON_STRING",
        ["JSON_STRING(value)"],
        "Writes a value of any type as JSON; NULL stays NULL.",
        "JSON_STRING('a') = '\"a\"'",
        Bind,
        Compile);

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) =>
        arguments.Length == 1 && JsonRenderer.IsSupported(arguments[0])
            ? new FunctionBinding(
                [arguments[0].Id == SqlTypeId.Null ? SqlType.String : arguments[0].Materialized()],
                SqlType.String.WithNullable(arguments[0].Nullable || arguments[0].Id == SqlTypeId.Null))
            : null;

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        int input = compiler.Compile(call.Arguments[0], branch);
        return compiler.Emit(
            new JsonStringStep(input, new JsonRenderer(call.Arguments[0].Type)), Layout.View, branch, call.Location);
    }
}

/// <summary>Writes each row's value.</summary>
internal sealed unsafe class JsonStringStep(int input, JsonRenderer renderer) : RowStep
{
    private readonly ArrayBufferWriter<byte> _output = new();

    protected override byte* Validity(Frame frame) => frame[input].Valid;

    protected override void RunRows(Frame frame, ulong* mask)
    {
        for (int row = 0; row < frame.Rows; row++)
        {
            if ((mask[row >> 6] >> (row & 63) & 1) == 0)
            {
                continue;
            }

            _output.ResetWrittenCount();
            if (!renderer.TryWrite(_output, frame, frame[input], row))
            {
                Fail(frame, row, "JSON has no NaN and no infinity.");
            }

            Frame.Store(frame[Result], row, frame.Copy(_output.WrittenSpan));
        }
    }
}
