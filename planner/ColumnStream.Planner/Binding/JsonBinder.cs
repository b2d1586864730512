using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Functions;
using ColumnStream.Compute.Types;
using ColumnStream.Planner.Errors;
using ColumnStream.Planner.Logical;
using ColumnStream.Sql.Ast.Expressions;
using Ast = ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Planner.Binding;

/// <summary>Binds the JSON functions: their clauses become arguments, RETURNING the type of the call.</summary>
internal sealed class JsonBinder(
    DiagnosticBag diagnostics, TypeBinder types, CallBinder calls, Func<Ast.Expression, BoundExpression> bind)
{
    /// <summary>Binds a call; null when it is no JSON function with clauses.</summary>
    public BoundExpression? Bind(FunctionCall call)
    {
        string name = call.Name.ToDisplayString().ToUpperInvariant();
        return name switch
        {
            "JSON_OBJECT" => BindConstructor(call, name, hasNames: true, "NULL"),
            "JSON_ARRAY" => BindConstructor(call, name, hasNames: false, "ABSENT"),
            "JSON_EXISTS" or "JSON_VALUE" or "JSON_QUERY" => BindPath(call, name),
            _ => null,
        };
    }

    private BoundExpression BindPath(FunctionCall call, string name)
    {
        JsonClauses clauses = call.Json ?? new JsonClauses();
        if (!clauses.Passing.IsEmpty)
        {
            diagnostics.Report(PlannerErrors.NotSupported, clauses.Passing[0].Span, null, "PASSING");
            return LiteralBinder.Error;
        }

        foreach (Ast.Expression argument in call.Arguments)
        {
            if (argument is JsonFormatArgument)
            {
                diagnostics.Report(PlannerErrors.NotSupported, argument.Span, null, $"FORMAT JSON in {name}");
                return LiteralBinder.Error;
            }
        }

        BoundExpression[] arguments = [.. call.Arguments.Select(bind)];
        if (arguments.Any(a => TypeBinder.IsError(a.Type)))
        {
            return LiteralBinder.Error;
        }

        ScalarFunction function = FunctionTable.Find(name)!;
        if (arguments.Length != 2 || function.Bind([.. arguments.Select(a => a.Type)]) is not { } binding)
        {
            calls.ReportSignatures(name, function.Signatures, arguments, call.Span);
            return LiteralBinder.Error;
        }

        List<BoundExpression> all = [.. arguments.Select((a, i) => ExpressionTree.CastTo(a, binding.ParameterTypes[i]))];
        SqlType? type = name == "JSON_EXISTS" ? binding.ReturnType : Returning(clauses, name, binding.ReturnType);
        if (type is null || !AddWords(all, clauses, name, type))
        {
            return LiteralBinder.Error;
        }

        return new CallExpression(name, ValueList.From<BoundExpression>(all), type) { Location = diagnostics.Locate(call.Span) };
    }

    private bool AddWords(List<BoundExpression> arguments, JsonClauses clauses, string name, SqlType type)
    {
        switch (name)
        {
            case "JSON_EXISTS":
                arguments.Add(LiteralBinder.Text(Word(clauses.OnError) ?? "FALSE"));
                return true;
            case "JSON_QUERY":
                arguments.Add(LiteralBinder.Text(clauses.Wrapper switch
                {
                    JsonWrapper.WithConditional => "CONDITIONAL",
                    JsonWrapper.WithUnconditional => "UNCONDITIONAL",
                    _ => "WITHOUT",
                }));
                arguments.Add(LiteralBinder.Text(Word(clauses.OnEmpty) ?? "NULL"));
                arguments.Add(LiteralBinder.Text(Word(clauses.OnError) ?? "NULL"));
                return CheckEmptyObject(clauses.OnEmpty, type) && CheckEmptyObject(clauses.OnError, type);
            default:
                arguments.Add(LiteralBinder.Text(Word(clauses.OnEmpty) ?? "NULL"));
                arguments.Add(LiteralBinder.Text(Word(clauses.OnError) ?? "NULL"));
                return AddDefault(arguments, clauses.OnEmpty, type) && AddDefault(arguments, clauses.OnError, type);
        }
    }

    private bool CheckEmptyObject(JsonBehavior? behavior, SqlType type)
    {
        if (behavior?.Kind != JsonBehaviorKind.EmptyObject || type.IsText)
        {
            return true;
        }

        diagnostics.Report(
            PlannerErrors.WrongArgument, behavior.Span, null, "JSON_QUERY", $"EMPTY OBJECT is no {type.WithNullable(true)}.");
        return false;
    }

    /// <summary>Adds a default: text as it is, which is converted like a string of the document; anything else with a cast.</summary>
    private bool AddDefault(List<BoundExpression> arguments, JsonBehavior? behavior, SqlType type)
    {
        if (behavior?.Default is null)
        {
            arguments.Add(new LiteralExpression(null, type));
            return true;
        }

        BoundExpression value = bind(behavior.Default);
        if (TypeBinder.IsError(value.Type))
        {
            return false;
        }

        if (value.Type.Id == SqlTypeId.Null || value.Type.IsText)
        {
            arguments.Add(value.Type.IsText ? value : new LiteralExpression(null, type));
            return true;
        }

        if (!SqlTypes.CanCast(value.Type, type))
        {
            diagnostics.Report(
                PlannerErrors.CannotCast, behavior.Span, null, value.Type.Materialized().WithNullable(true),
                type.WithNullable(true));
            return false;
        }

        arguments.Add(ExpressionTree.CastTo(value, type));
        return true;
    }

    private SqlType? Returning(JsonClauses clauses, string name, SqlType standard)
    {
        if (clauses.Returning is null)
        {
            return standard;
        }

        SqlType type = types.Bind(clauses.Returning);
        if (TypeBinder.IsError(type))
        {
            return null;
        }

        bool isSupported = name == "JSON_VALUE"
            ? type.IsText || type.IsNumeric || type.Id == SqlTypeId.Boolean
            : type.IsText || (type.Id == SqlTypeId.Array && IsElement(type.Element!));
        if (!isSupported)
        {
            string known = name == "JSON_VALUE"
                ? "STRING, BOOLEAN and numeric types" : "STRING and ARRAY of STRING, BOOLEAN and numeric types";
            diagnostics.Report(
                PlannerErrors.WrongArgument, clauses.Returning.Span, null, name,
                $"RETURNING takes {known}, not {type.WithNullable(true)}.");
            return null;
        }

        return (type.IsText ? SqlType.String : type).WithNullable(true);
    }

    private static bool IsElement(SqlType type) => type.IsText || type.IsNumeric || type.Id == SqlTypeId.Boolean;

    private static string? Word(JsonBehavior? behavior) => behavior?.Kind switch
    {
        null => null,
        JsonBehaviorKind.EmptyArray => "EMPTY ARRAY",
        JsonBehaviorKind.EmptyObject => "EMPTY OBJECT",
        { } kind => kind.ToString().ToUpperInvariant(),
    };

    private BoundExpression BindConstructor(FunctionCall call, string name, bool hasNames, string standard)
    {
        string onNull = call.Json?.OnNull switch
        {
            JsonNullHandling.Null => "NULL",
            JsonNullHandling.Absent => "ABSENT",
            _ => standard,
        };
        List<BoundExpression> arguments = [];
        string letters = string.Empty;
        for (int i = 0; i < call.Arguments.Count; i++)
        {
            Ast.Expression written = call.Arguments[i];
            bool isName = hasNames && i % 2 == 0;
            BoundExpression value = bind(written is JsonFormatArgument format ? format.Value : written);
            if (TypeBinder.IsError(value.Type))
            {
                return LiteralBinder.Error;
            }

            if (isName)
            {
                if (ConstantFolder.Constant(value) is not { Value: not null } constant || !constant.Type.IsText)
                {
                    diagnostics.Report(
                        PlannerErrors.NotConstant, written.Span, null, $"A name of {name}", "a text that is not NULL");
                    return LiteralBinder.Error;
                }

                arguments.Add(constant);
                continue;
            }

            char letter = written is JsonFormatArgument ? 'j' : IsConstructor(written) ? 'r' : 'v';
            if (!CheckValue(value, letter, written, name))
            {
                return LiteralBinder.Error;
            }

            letters += letter;
            arguments.Add(value);
        }

        BoundExpression[] all = [LiteralBinder.Text(onNull), LiteralBinder.Text(letters), .. arguments];
        return new CallExpression(name, ValueList.Create<BoundExpression>(all), SqlType.String.WithNullable(false))
        {
            Location = diagnostics.Locate(call.Span),
        };
    }

    private bool CheckValue(BoundExpression value, char letter, Ast.Expression written, string name)
    {
        bool isValid = letter == 'v'
            ? FunctionTable.Find("JSON_STRING")!.Bind([value.Type]) is not null
            : value.Type.IsText;
        if (!isValid)
        {
            diagnostics.Report(
                PlannerErrors.WrongArgument, written.Span, null, name,
                letter == 'v' ? $"{value.Type.WithNullable(true)} has no JSON form." : "FORMAT JSON takes text.");
        }

        return isValid;
    }

    private static bool IsConstructor(Ast.Expression expression) =>
        expression is FunctionCall call
        && call.Name.ToDisplayString().ToUpperInvariant() is ("JSON_OBJECT" or "JSON_ARRAY" or "JSON_OBJECTAGG" or "JSON_ARRAYAGG");
}
