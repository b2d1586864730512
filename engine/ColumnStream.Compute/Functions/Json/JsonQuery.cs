using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Json;

/// <summary>Takes an array or object out of a JSON text.</summary>
/// <remarks>
/// The binder adds the wrapper (<c>WITHOUT</c>, <c>CONDITIONAL</c>, <c>UNCONDITIONAL</c>), what stands before ON EMPTY and ON
/// ERROR, and sets the call's type from RETURNING.
/// </remarks>
internal static class JsonQuery
{
    public static ScalarFunction Definition { get; } = new Function(
        "JSON_QUERY",
        [
            "JSON_QUERY(json, path [RETURNING type] [{WITHOUT | WITH [CONDITIONAL | UNCONDITIONAL]} [ARRAY] WRAPPER] "
            + "[{NULL | EMPTY ARRAY | EMPTY OBJECT | ERROR} ON EMPTY] [{NULL | EMPTY ARRAY | EMPTY OBJECT | ERROR} ON ERROR])",
        ],
        "Takes an array or object out of a JSON text, as STRING or as the ARRAY type of RETURNING.",
        "JSON_QUERY('{\"a\": [1, 2]}', '$.a') = '[1,2]'",
        arguments => Function.Bind(arguments, [Parameter.Text, Parameter.Text], SqlType.String, canBeNull: true),
        Compile);

    /// <summary>Tells whether RETURNING may name a type.</summary>
    internal static bool IsSupported(SqlType type) =>
        type.IsText || (type.Id == SqlTypeId.Array && JsonConversion.IsSupported(type.Element!));

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        int json = compiler.Compile(call.Arguments[0], branch);
        int path = compiler.Compile(call.Arguments[1], branch);
        string wrapper = Word(call, 2) ?? "WITHOUT";
        var onEmpty = new JsonFallback(Word(call, 3) ?? "NULL", -1, false);
        var onError = new JsonFallback(Word(call, 4) ?? "NULL", -1, false);
        int arrayItem = call.Type.Id == SqlTypeId.Array ? compiler.NewRegister(Layouts.Of(call.Type.Element!)) : -1;
        return compiler.Emit(
            new JsonQueryStep(json, path, wrapper, onEmpty, onError, call.Type, arrayItem), Layout.View, branch, call.Location);
    }

    private static string? Word(CallExpression call, int index) =>
        index < call.Arguments.Count ? ((LiteralExpression)call.Arguments[index]).Value : null;
}
