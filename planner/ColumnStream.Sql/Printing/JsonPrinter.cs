using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Printing;

/// <summary>Prints the arguments and clauses of the JSON functions.</summary>
internal sealed class JsonPrinter(SqlWriter writer, ExpressionPrinter expressions)
{
    /// <summary>Says whether the call's arguments are keys and values in turn.</summary>
    public static bool HasKeys(FunctionCall call) =>
        call.Name.Parts.Count == 1 && call.Name.Last.Value is "JSON_OBJECT" or "JSON_OBJECTAGG";

    /// <summary>Prints the parentheses with all in them, the order of JSON_ARRAYAGG aside, which WITHIN GROUP shows.</summary>
    public void PrintArguments(FunctionCall call)
    {
        writer.Add("(").AddIf(call.IsDistinct, "DISTINCT ");
        if (HasKeys(call))
        {
            PrintEntries(call.Arguments);
        }
        else
        {
            writer.List(call.Arguments, expressions.PrintArgument);
        }

        PrintClauses(call.Json ?? new JsonClauses(), needsBlank: !call.Arguments.IsEmpty);
        writer.Add(")");
    }

    private void PrintEntries(EquatableArray<Expression> arguments)
    {
        for (int index = 0; index < arguments.Count; index += 2)
        {
            writer.AddIf(index > 0, ", ").Add("KEY ");
            PrintKey(arguments[index]);
            writer.Add(" VALUE ");
            expressions.PrintArgument(arguments[index + 1]);
        }
    }

    /// <summary>Prints a key, in parentheses unless KEY before it cannot be taken for a name.</summary>
    private void PrintKey(Expression key)
    {
        bool isPlain = key is StringLiteral { CharacterSet: null } or ColumnReference;
        writer.AddIf(!isPlain, "(");
        expressions.Print(key);
        writer.AddIf(!isPlain, ")");
    }

    private void PrintClauses(JsonClauses clauses, bool needsBlank)
    {
        if (!clauses.Passing.IsEmpty)
        {
            writer.Add(" PASSING ").List(clauses.Passing, PrintPassing);
        }

        if (clauses.Returning is { } type)
        {
            writer.Add(" RETURNING ");
            expressions.Types.Print(type);
        }

        writer.Add(clauses.Wrapper switch
        {
            JsonWrapper.Without => " WITHOUT WRAPPER",
            JsonWrapper.WithConditional => " WITH CONDITIONAL WRAPPER",
            JsonWrapper.WithUnconditional => " WITH WRAPPER",
            _ => "",
        });
        PrintBehavior(clauses.OnEmpty, " ON EMPTY");
        PrintBehavior(clauses.OnError, " ON ERROR");
        writer.AddIf(needsBlank && clauses.OnNull != JsonNullHandling.Default, " ");
        writer.AddIf(clauses.OnNull == JsonNullHandling.Null, "NULL ON NULL");
        writer.AddIf(clauses.OnNull == JsonNullHandling.Absent, "ABSENT ON NULL");
    }

    private void PrintPassing(JsonPassing passing)
    {
        expressions.Print(passing.Value);
        writer.Add(" AS ").Name(passing.Name);
    }

    private void PrintBehavior(JsonBehavior? behavior, string clause)
    {
        if (behavior is null)
        {
            return;
        }

        writer.Add(behavior.Kind switch
        {
            JsonBehaviorKind.Null => " NULL",
            JsonBehaviorKind.Error => " ERROR",
            JsonBehaviorKind.Default => " DEFAULT ",
            JsonBehaviorKind.EmptyArray => " EMPTY ARRAY",
            JsonBehaviorKind.EmptyObject => " EMPTY OBJECT",
            JsonBehaviorKind.True => " TRUE",
            JsonBehaviorKind.False => " FALSE",
            _ => " UNKNOWN",
        });
        if (behavior.Default is { } value)
        {
            expressions.Print(value);
        }

        writer.Add(clause);
    }
}
