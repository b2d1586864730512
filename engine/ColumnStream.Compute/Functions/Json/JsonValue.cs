using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Json;

/// <summary>Takes a scalar out of a JSON text.</summary>
/// <remarks>
/// The binder adds what stands before ON EMPTY and ON ERROR (<c>NULL</c>, <c>ERROR</c>, <c>DEFAULT</c>) and the two defaults,
/// each of the call's type or text, and sets the call's type from RETURNING.
/// </remarks>
internal static class JsonValue
{
    public static ScalarFunction Definition { get; } = new Function(
        "JSON_VALUE",
        [
            "JSON_VALUE(json, path [RETURNING type] [{NULL | ERROR | DEFAULT value} ON EMPTY] "
            + "[{NULL | ERROR | DEFAULT value} ON ERROR])",
        ],
        "Takes a scalar out of a JSON text, as STRING unless RETURNING names a type.",
        "JSON_VALUE('{\"a\": 1}', '$.a' RETURNING INTEGER) = 1",
        arguments => Function.Bind(arguments, [Parameter.Text, Parameter.Text], SqlType.String, canBeNull: true),
        Compile);

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        int json = compiler.Compile(call.Arguments[0], branch);
        int path = compiler.Compile(call.Arguments[1], branch);
        JsonFallback onEmpty = JsonFallback.Null;
        JsonFallback onError = JsonFallback.Null;
        if (call.Arguments.Count > 2)
        {
            onEmpty = Fallback(compiler, call, 2, branch);
            onError = Fallback(compiler, call, 3, branch);
        }

        return compiler.Emit(
            new JsonValueStep(json, path, onEmpty, onError, call.Type), Layouts.Of(call.Type), branch, call.Location);
    }

    private static JsonFallback Fallback(ProgramCompiler compiler, CallExpression call, int word, int branch)
    {
        string kind = ((LiteralExpression)call.Arguments[word]).Value!;
        BoundExpression value = call.Arguments[word + 2];
        return kind == "DEFAULT"
            ? new JsonFallback(kind, compiler.Compile(value, branch), value.Type.IsText)
            : new JsonFallback(kind, -1, false);
    }
}

/// <summary>Says what takes the place of a value.</summary>
/// <param name="Kind"><c>NULL</c>, <c>ERROR</c>, <c>DEFAULT</c>, or of JSON_QUERY <c>EMPTY ARRAY</c> or <c>EMPTY OBJECT</c>.</param>
/// <param name="Register">The default's register, or -1.</param>
/// <param name="IsText">Whether the default is text, which is read like a JSON string.</param>
internal sealed record JsonFallback(string Kind, int Register, bool IsText)
{
    public static JsonFallback Null { get; } = new("NULL", -1, false);
}
