using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Functions;
using ColumnStream.Compute.Types;
using ColumnStream.Planner.Errors;
using ColumnStream.Planner.Logical;
using ColumnStream.Sql;

namespace ColumnStream.Planner.Binding;

/// <summary>Finds functions and operators by name and argument types and casts the arguments.</summary>
internal sealed class CallBinder(DiagnosticBag diagnostics)
{
    /// <summary>Applies an operator, which always exists; only its operands can be wrong.</summary>
    public BoundExpression Operator(string symbol, BoundExpression[] operands, SourceSpan span)
    {
        if (operands.Any(o => TypeBinder.IsError(o.Type)))
        {
            return LiteralBinder.Error;
        }

        if (FunctionTable.Find(symbol) is not { } function)
        {
            diagnostics.Report(PlannerErrors.NotSupported, span, null, $"Operator {symbol}");
            return LiteralBinder.Error;
        }

        if (Apply(function, operands, span) is { } call)
        {
            return call;
        }

        string types = string.Join(" and ", operands.Select(Describe));
        string? hint = operands.Any(o => o.Type.IsText) && operands.Any(o => o.Type.IsNumeric || TypeCoercion.IsTemporal(o.Type))
            ? "Add a CAST." : null;
        diagnostics.Report(PlannerErrors.WrongOperands, span, hint, symbol == "NEGATE" ? "-" : symbol, types);
        return LiteralBinder.Error;
    }

    /// <summary>Calls a function by name; the nearest name is suggested on a miss.</summary>
    public BoundExpression Function(
        string name, BoundExpression[] arguments, SourceSpan span, SourceSpan? nameSpan = null)
    {
        if (FunctionTable.Find(name) is not { } function)
        {
            IEnumerable<string> known = FunctionTable.Names.Concat(AggregateTable.All.Select(a => a.Name))
                .Where(n => char.IsAsciiLetter(n[0]) && !n.Contains(' ', StringComparison.Ordinal))
                .Order(StringComparer.Ordinal);
            string? near = NameSuggester.Suggest(name, known);
            string? hint = GroupWindowBinder.IsProperty(name.ToUpperInvariant())
                ? "It tells of a window in GROUP BY, which this query does not have; windows of FROM have window_start."
                : NameResolver.DidYouMean(near);
            diagnostics.Report(PlannerErrors.FunctionNotFound, nameSpan ?? span, hint, name);
            return LiteralBinder.Error;
        }

        if (arguments.Any(a => TypeBinder.IsError(a.Type)))
        {
            return LiteralBinder.Error;
        }

        if (Apply(function, arguments, span) is { } call)
        {
            return call;
        }

        ReportSignatures(function.Name, function.Signatures, arguments, span);
        return LiteralBinder.Error;
    }

    /// <summary>Reports that no signature fits, and lists them.</summary>
    public void ReportSignatures(
        string name, ValueList<string> signatures, BoundExpression[] arguments, SourceSpan span) =>
        diagnostics.Report(
            PlannerErrors.NoSignature, span, null, name, string.Join(", ", arguments.Select(Describe)),
            string.Join("; ", signatures));

    private BoundExpression? Apply(ScalarFunction function, BoundExpression[] arguments, SourceSpan span)
    {
        if (function.Bind(arguments) is not { } binding)
        {
            return null;
        }

        var call = new CallExpression(
            function.Name,
            ValueList.From(arguments.Select((a, i) => ExpressionTree.CastTo(a, binding.ParameterTypes[i]))),
            binding.ReturnType)
        {
            Location = diagnostics.Locate(span),
        };
        if (function.Check(call) is { } problem)
        {
            diagnostics.Report(PlannerErrors.WrongArgument, span, null, function.Name, problem);
            return LiteralBinder.Error;
        }

        return call;
    }

    private static string Describe(BoundExpression argument) =>
        argument.Type.Id == SqlTypeId.Null ? "NULL" : argument.Type.Materialized().WithNullable(true).ToString();
}
