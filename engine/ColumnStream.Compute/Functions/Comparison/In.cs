using System;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Comparison;

/// <summary>Tests whether a value is one of a list.</summary>
internal static class In
{
    public static ScalarFunction Definition { get; } = new Function(
        "IN",
        ["a IN (b, c, …)"],
        "Tells whether a value equals one of a list; UNKNOWN where only a NULL could be it.",
        "2 IN (1, 2)",
        Bind,
        Compile).Cheap(CompareOperators.IsCheap);

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments)
    {
        if (arguments.Length < 2)
        {
            return null;
        }

        SqlType common = arguments[0];
        for (int i = 1; i < arguments.Length; i++)
        {
            if (TypeCoercion.ComparisonType(common, arguments[i]) is not { } next)
            {
                return null;
            }

            common = next;
        }

        var types = new SqlType[arguments.Length];
        for (int i = 0; i < types.Length; i++)
        {
            if (CompareOperators.BindEqual([common, arguments[i]]) is not { } pair)
            {
                return null;
            }

            types[i] = pair.ParameterTypes[1];
        }

        return new FunctionBinding(ValueList.Create<SqlType>(types), SqlType.Boolean.WithNullable(common.Nullable));
    }

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        if (InSets.TryCompile(compiler, call, branch, out bool hasNull) is { } member)
        {
            if (!hasNull)
            {
                return member;
            }

            // What is not found among constants may be the NULL.
            int unknown = compiler.Constant(new LiteralExpression(null, SqlType.Boolean));
            return compiler.Emit(new KleeneStep(member, unknown, isAnd: false), Layout.Bit, 0, call.Location);
        }

        int result = -1;
        for (int i = 1; i < call.Arguments.Count; i++)
        {
            // Each member is an equality, so that short text and the like find their own kernels.
            var equality = new CallExpression("=", [call.Arguments[0], call.Arguments[i]], SqlType.Boolean)
            {
                Location = call.Location,
            };
            int equal = compiler.Compile(equality, branch);
            result = result < 0
                ? equal : compiler.Emit(new KleeneStep(result, equal, isAnd: false), Layout.Bit, 0, call.Location);
        }

        return result;
    }
}
