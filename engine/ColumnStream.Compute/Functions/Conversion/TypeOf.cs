using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Conversion;

/// <summary>Names the type of a value, shortly or in full.</summary>
internal static class TypeOf
{
    public static ScalarFunction Definition { get; } = new Function(
        "TYPEOF",
        ["TYPEOF(a)", "TYPEOF(a, force_serializable)"],
        "Returns the name of the type; in full where the second argument is TRUE: STRING is VARCHAR(2147483647).",
        "TYPEOF(1) = 'INT NOT NULL'",
        static arguments => arguments.Length is 1 || (arguments.Length == 2 && arguments[1].Id == SqlTypeId.Boolean)
            ? new FunctionBinding(
                arguments.Length == 1 ? [arguments[0]] : [arguments[0], arguments[1]],
                SqlType.String.WithNullable(arguments.Length == 2))
            : null,
        static (compiler, call, _) => compiler.Constant(new LiteralExpression(
            IsForced(call) ? TypeName.Full(call.Arguments[0].Type) : call.Arguments[0].Type.ToString(), SqlType.String)))
        .With(static call => call.Arguments.Count == 1
            || ConstantFolder.Fold(call.Arguments[1]) is LiteralExpression { Value: not null }
            ? null : "force_serializable is TRUE or FALSE, a constant.")
        .Cheap();

    private static bool IsForced(CallExpression call) =>
        call.Arguments.Count == 2 && call.Arguments[1] is LiteralExpression { Value: "true" };
}
