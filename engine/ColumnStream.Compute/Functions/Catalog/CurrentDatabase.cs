using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Catalog;

/// <summary>Returns the name of the session's database.</summary>
internal static class CurrentDatabase
{
    public static ScalarFunction Definition { get; } = new Function(
        "CURRENT_DATABASE",
        ["CURRENT_DATABASE()"],
        "Returns the name of the current database.",
        "CURRENT_DATABASE() IS NOT NULL",
        static arguments => arguments.IsEmpty ? new FunctionBinding([], SqlType.String.WithNullable(false)) : null,
        static (compiler, _, _) => compiler.Constant(
            new LiteralExpression(compiler.Options.Database, SqlType.String.WithNullable(false))))
        .With(Volatility.Stable).Cheap();
}
