using System;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Json;

/// <summary>Makes a JSON array of values.</summary>
/// <remarks>
/// The binder puts two texts in front: <c>NULL</c> or <c>ABSENT</c>, and one letter a value: <c>v</c> for a value, <c>r</c> for
/// the JSON of a nested constructor, <c>j</c> for text that is JSON.
/// </remarks>
internal static class JsonArray
{
    public static ScalarFunction Definition { get; } = new Function(
        "JSON_ARRAY",
        ["JSON_ARRAY([value [, value]* [{NULL | ABSENT} ON NULL]])"],
        "Makes a JSON array; NULL values are left out unless NULL ON NULL is written.",
        "JSON_ARRAY(1, 'a', JSON_ARRAY(TRUE)) = '[1,\"a\",[true]]'",
        BindPlain,
        Compile);

    /// <summary>Binds a call that has no words of the binder: only the binder makes those.</summary>
    internal static FunctionBinding? BindPlain(ReadOnlySpan<SqlType> arguments) =>
        arguments.Length < 2
            ? null
            : new FunctionBinding(ValueList.Create(arguments), SqlType.String.WithNullable(false));

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        string letters = ((LiteralExpression)call.Arguments[1]).Value!;
        var parts = new JsonPart[letters.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            parts[i] = JsonPart.Compile(compiler, call.Arguments[i + 2], letters[i], null, branch);
        }

        bool isAbsent = ((LiteralExpression)call.Arguments[0]).Value == "ABSENT";
        return compiler.Emit(new JsonConstructStep(parts, isAbsent, isObject: false), Layout.View, branch, call.Location);
    }
}
