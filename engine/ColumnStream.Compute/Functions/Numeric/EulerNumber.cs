using System;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Numeric;

/// <summary>Returns the base of the natural logarithm.</summary>
internal static class EulerNumber
{
    public static ScalarFunction Definition { get; } = new Function(
        "E",
        ["E()"],
        "Returns the base of the natural logarithm.",
        "E() > 2.718281",
        static arguments => arguments.IsEmpty ? new FunctionBinding([], SqlType.Double.WithNullable(false)) : null,
        static (compiler, call, branch) => compiler.Constant(Literals.Double(Math.E)));
}
