using System;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Conditional;

/// <summary>Returns the first value that is not NULL; later ones are computed only where needed.</summary>
internal static class Coalesce
{
    public static ScalarFunction Definition { get; } = new Function(
        "COALESCE",
        ["COALESCE(a, b, …)"],
        "Returns the first value that is not NULL.",
        "COALESCE(NULL, 2) = 2",
        Bind,
        Compile)
        .Cheap(static call => Layouts.Of(call.Type) < Layout.Int128);

    internal static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments)
    {
        if (arguments.IsEmpty || TypeCoercion.CommonType(arguments) is not { } common)
        {
            return null;
        }

        var types = new SqlType[arguments.Length];
        bool nullable = true;
        for (int i = 0; i < types.Length; i++)
        {
            bool mayBeNull = arguments[i].Nullable || arguments[i].Id == SqlTypeId.Null;
            nullable &= mayBeNull;
            types[i] = common.Materialized().WithNullable(mayBeNull);
        }

        return new FunctionBinding(ValueList.Create<SqlType>(types), common.Materialized().WithNullable(nullable));
    }

    internal static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        int count = call.Arguments.Count;
        var branches = new int[count];
        var values = new int[count];
        int rest = branch;
        for (int i = 0; i < count; i++)
        {
            values[i] = compiler.Compile(call.Arguments[i], rest);
            branches[i] = compiler.Branch(values[i], BitTest.Valid, negate: false, rest);
            rest = compiler.Branch(values[i], BitTest.Valid, negate: true, rest);
        }

        return compiler.Blend(branches, values, -1, call.Type, call.Location);
    }
}
