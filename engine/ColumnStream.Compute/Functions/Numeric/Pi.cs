using System;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Numeric;

/// <summary>Returns the ratio of a circle to its diameter.</summary>
internal static class Pi
{
    public static ScalarFunction Definition { get; } = new Function(
        "PI",
        ["PI()"],
        "Returns the ratio of a circle to its diameter.",
        "PI() > 3.141592",
        static arguments => arguments.IsEmpty ? new FunctionBinding([], SqlType.Double.WithNullable(false)) : null,
        static (compiler, call, branch) => compiler.Constant(Literals.Double(Math.PI)));
}
