using System;
using System.Collections.Generic;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Json;

namespace ColumnStream.Compute.Functions.Json;

/// <summary>Makes a JSON object of names and values.</summary>
/// <remarks>The words in front are those of <see cref="JsonArray"/>; behind them stand names, which are constants, and values in turn.</remarks>
internal static class JsonObject
{
    public static ScalarFunction Definition { get; } = new Function(
        "JSON_OBJECT",
        ["JSON_OBJECT([[KEY] name VALUE value [, ...]* [{NULL | ABSENT} ON NULL]])"],
        "Makes a JSON object with sorted names; NULL values are null unless ABSENT ON NULL is written.",
        "JSON_OBJECT('b' VALUE 1, 'a' VALUE JSON_ARRAY('x')) = '{\"a\":[\"x\"],\"b\":1}'",
        JsonArray.BindPlain,
        Compile);

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        string letters = ((LiteralExpression)call.Arguments[1]).Value!;
        var parts = new List<JsonPart>(letters.Length);
        for (int i = 0; i < letters.Length; i++)
        {
            byte[] name = System.Text.Encoding.UTF8.GetBytes(((LiteralExpression)call.Arguments[(i * 2) + 2]).Value!);

            // Of equal names the last counts.
            parts.RemoveAll(p => p.Name.AsSpan().SequenceEqual(name));
            parts.Add(JsonPart.Compile(compiler, call.Arguments[(i * 2) + 3], letters[i], name, branch));
        }

        parts.Sort((a, b) => JsonText.CompareUtf16(a.Name, b.Name));
        bool isAbsent = ((LiteralExpression)call.Arguments[0]).Value == "ABSENT";
        return compiler.Emit(new JsonConstructStep([.. parts], isAbsent, isObject: true), Layout.View, branch, call.Location);
    }
}
