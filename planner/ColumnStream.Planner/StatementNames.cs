using System.Collections.Generic;
using System.Linq;
using ColumnStream.Sql.Ast.Statements;

namespace ColumnStream.Planner;

/// <summary>Names statements as users write them, for refusals and summaries.</summary>
internal static class StatementNames
{
    /// <summary>Gives the leading words of a statement: <c>ALTER MATERIALIZED TABLE</c>.</summary>
    public static string Of(Statement statement) => statement switch
    {
        AlterStatement alter => $"ALTER {Of(alter.Kind)}",
        DropStatement drop => $"DROP {Of(drop.Kind)}",
        DescribeStatement describe => $"DESCRIBE {Of(describe.Kind)}",
        CompilePlanStatement compile => compile.IsExecuted ? "COMPILE AND EXECUTE PLAN" : "COMPILE PLAN",
        JarStatement jar => jar.IsRemoved ? "REMOVE JAR" : "ADD JAR",
        InsertStatement { IsUpsert: true } => "UPSERT",
        UseModulesStatement => "USE MODULES",
        ShowStatement show => $"SHOW {Words(show.Kind.ToString())}",
        _ => Words(statement.GetType().Name.Replace("Statement", string.Empty, System.StringComparison.Ordinal)),
    };

    /// <summary>Gives the words of a kind of object.</summary>
    public static string Of(ObjectKind kind) => Words(kind.ToString());

    /// <summary>Gives the words of an action of ALTER: <c>DROP CONSTRAINT</c>.</summary>
    public static string Of(AlterAction action) => action switch
    {
        ChangeElementsAction change => change.IsModify ? "MODIFY" : "ADD",
        ChangeQueryAction => "AS",
        ChangeFunctionAction => "AS",
        _ => Words(action.GetType().Name.Replace("Action", string.Empty, System.StringComparison.Ordinal)),
    };

    private static string Words(string name)
    {
        IEnumerable<string> letters = name.Select((letter, index) => index > 0 && char.IsAsciiLetterUpper(letter)
            ? $" {letter}"
            : char.ToUpperInvariant(letter).ToString());
        return string.Concat(letters);
    }
}
