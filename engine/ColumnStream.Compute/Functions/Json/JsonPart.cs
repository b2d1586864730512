using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;

namespace ColumnStream.Compute.Functions.Json;

/// <summary>Is one value of a JSON constructor.</summary>
/// <param name="Register">Where the value is.</param>
/// <param name="Letter"><c>v</c> for a value, <c>r</c> for JSON of a nested constructor, <c>j</c> for text that is JSON.</param>
/// <param name="Renderer">Writes a value, or null for JSON.</param>
/// <param name="Name">The name in an object.</param>
internal sealed record JsonPart(int Register, char Letter, JsonRenderer? Renderer, byte[]? Name)
{
    /// <summary>Compiles a value.</summary>
    public static JsonPart Compile(ProgramCompiler compiler, BoundExpression value, char letter, byte[]? name, int branch) =>
        new(compiler.Compile(value, branch), letter, letter == 'v' ? new JsonRenderer(value.Type) : null, name);
}
