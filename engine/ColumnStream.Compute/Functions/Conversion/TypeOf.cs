using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Conversion;

/// <summary>Names the type of a value.</summary>
internal static class TypeOf
{
    public static ScalarFunction Definition { get; } = new Function(
        "TYPEOF",
        ["TYPEOF(a)"],
        "Returns the name of the type.",
        "TYPEOF(1) = 'INT NOT NULL'",
        static arguments => arguments.Length == 1
            ? new FunctionBinding([arguments[0]], SqlType.String.WithNullable(false)) : null,
        static (compiler, call, _) => compiler.Constant(
            new LiteralExpression(call.Arguments[0].Type.ToString(), SqlType.String.WithNullable(false)))).Cheap();
}
