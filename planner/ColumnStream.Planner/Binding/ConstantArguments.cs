using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Planner.Errors;
using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Planner.Binding;

/// <summary>Binds the arguments of aggregate and window functions, some of which must be constants.</summary>
internal static class ConstantArguments
{
    private const string ConstantArray = "ARRAY";

    /// <summary>Binds all arguments; an array of constants is bound as such, since no value of it is ever made.</summary>
    public static BoundExpression[] Bind(FunctionCall call, Func<int, bool> isConstant, ExpressionBinder binder) =>
        call.Arguments is [StarArgument]
            ? []
            : [.. call.Arguments.Select(
                (a, i) => isConstant(i) && a is ArrayConstructor array ? Bind(array, binder) : binder.Bind(a))];

    /// <summary>Returns the constant arguments, arrays of them opened up; null after a report.</summary>
    public static List<LiteralExpression>? Take(
        FunctionCall call, Func<int, bool> isConstant, BoundExpression[] arguments, DiagnosticBag diagnostics)
    {
        List<LiteralExpression> constants = [];
        for (int i = 0; i < arguments.Length; i++)
        {
            if (!isConstant(i))
            {
                continue;
            }

            BoundExpression[] values = arguments[i] is CallExpression { Function: ConstantArray } array
                ? [.. array.Arguments.Select(ConstantFolder.Fold)] : [ConstantFolder.Fold(arguments[i])];
            if (!values.All(v => v is LiteralExpression))
            {
                diagnostics.Report(
                    PlannerErrors.NotConstant, call.Arguments[i].Span, null, $"Argument {i + 1} of {call.Name.Last.Value}",
                    diagnostics.Source.GetText(call.Arguments[i].Span).ToString());
                return null;
            }

            constants.AddRange(values.Cast<LiteralExpression>());
        }

        return constants;
    }

    private static BoundExpression Bind(ArrayConstructor array, ExpressionBinder binder)
    {
        BoundExpression[] items = [.. array.Elements.Select(binder.Bind)];
        return items.Any(i => TypeBinder.IsError(i.Type))
            || TypeCoercion.CommonType([.. items.Select(i => i.Type)]) is not { } common
            ? binder.Bind(array)
            : new CallExpression(ConstantArray, ValueList.From(items), SqlType.Array(common));
    }
}
