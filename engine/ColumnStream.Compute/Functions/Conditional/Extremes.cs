using System;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Conditional;

/// <summary>Binds and compiles GREATEST and LEAST as a chain of choices.</summary>
internal static class Extremes
{
    public static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments)
    {
        if (arguments.IsEmpty || TypeCoercion.CommonType(arguments) is not { IsNested: false } common)
        {
            return null;
        }

        var types = new SqlType[arguments.Length];
        System.Array.Fill(types, common.Materialized());
        return new FunctionBinding(ValueList.Create<SqlType>(types), common.Materialized());
    }

    public static int Compile(ProgramCompiler compiler, CallExpression call, int branch, string comparison)
    {
        BoundExpression best = call.Arguments[0];
        for (int i = 1; i < call.Arguments.Count; i++)
        {
            // Where the comparison is UNKNOWN one side is NULL, and so is the result.
            BoundExpression next = call.Arguments[i];
            var keep = new CallExpression(comparison, [best, next], SqlType.Boolean) { Location = call.Location };
            var take = new CallExpression("NOT", [keep], SqlType.Boolean) { Location = call.Location };
            best = new CaseExpression([new CaseBranch(keep, best), new CaseBranch(take, next)], null, call.Type);
        }

        return compiler.Compile(best, branch);
    }
}
