using System;
using System.Globalization;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Nested;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Construction;

/// <summary>Makes a row; its fields are named EXPR$0, EXPR$1 …</summary>
internal static class RowOf
{
    public static ScalarFunction Definition { get; } = new Function(
        "ROW",
        ["ROW(a, b, …)", "(a, b, …)"],
        "Makes a row of the values.",
        "CAST(ROW(1, 'a') AS ROW<n INT, s STRING>).n = 1",
        Bind,
        Compile);

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments)
    {
        if (arguments.IsEmpty)
        {
            return null;
        }

        var types = new SqlType[arguments.Length];
        var fields = new SqlField[arguments.Length];
        for (int i = 0; i < fields.Length; i++)
        {
            types[i] = arguments[i].Materialized();
            fields[i] = new SqlField("EXPR$" + i.ToString(CultureInfo.InvariantCulture), types[i]);
        }

        return new FunctionBinding(
            ValueList.Create<SqlType>(types), SqlType.Row(ValueList.Create<SqlField>(fields)).WithNullable(false));
    }

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        var fields = new int[call.Arguments.Count];
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = compiler.Compile(call.Arguments[i], branch);
        }

        return compiler.Emit(new RowOfStep(fields, RowLayout.Of(call.Type)), Layout.View, branch, call.Location);
    }
}
