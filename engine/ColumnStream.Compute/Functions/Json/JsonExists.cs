using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Json;

/// <summary>Tells whether a path finds something in a JSON text.</summary>
/// <remarks>The third argument, which the binder adds, is what stands before ON ERROR.</remarks>
internal static class JsonExists
{
    public static ScalarFunction Definition { get; } = new Function(
        "JSON_EXISTS",
        ["JSON_EXISTS(json, path [{TRUE | FALSE | UNKNOWN | ERROR} ON ERROR])"],
        "Tells whether a path finds something other than null in a JSON text.",
        "JSON_EXISTS('{\"a\": true}', '$.a')",
        arguments => Function.Bind(
            arguments, [Parameter.Text, Parameter.Text, Parameter.Text.Or("FALSE")], SqlType.Boolean, canBeNull: true),
        Compile);

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        string onError = call.Arguments.Count > 2 && call.Arguments[2] is LiteralExpression { Value: { } word } ? word : "FALSE";
        int json = compiler.Compile(call.Arguments[0], branch);
        int path = compiler.Compile(call.Arguments[1], branch);
        return compiler.Emit(new JsonExistsStep(json, path, onError), Layout.Bit, branch, call.Location);
    }
}

/// <summary>Looks for a path in each row's text.</summary>
internal sealed unsafe class JsonExistsStep(int json, int path, string onError) : RowStep
{
    private readonly JsonLookup _lookup = new();

    protected override byte* Validity(Frame frame) => frame.And(Result, frame[json].Valid, frame[path].Valid);

    protected override void RunRows(Frame frame, ulong* mask)
    {
        for (int row = 0; row < frame.Rows; row++)
        {
            if ((mask[row >> 6] >> (row & 63) & 1) == 0)
            {
                continue;
            }

            Utf8 text = frame.Text(frame[json], row);
            JsonFound found = _lookup.Find(text, frame.Text(frame[path], row));
            if (found == JsonFound.Error && onError is ("UNKNOWN" or "ERROR"))
            {
                Unknown(frame, row, text);
                continue;
            }

            Write(frame[Result], row, found == JsonFound.Value || (found == JsonFound.Error && onError == "TRUE"));
        }
    }

    private void Unknown(Frame frame, int row, Utf8 text)
    {
        if (onError == "ERROR")
        {
            Fail(frame, row, $"JSON_EXISTS failed. {_lookup.Why(text)}.");
        }

        Missing(frame, row);
    }
}
