using System;
using System.Collections;
using System.IO;
using ColumnStream.Connectors;
using ColumnStream.Engine.Connectors;
using ColumnStream.Fuzz.Plants;
using ColumnStream.Planner;
using ColumnStream.Sql;
using ColumnStream.Sql.Ast.Statements;

namespace ColumnStream.Fuzz;

/// <summary>Mutates scripts token by token; whatever is read must print to text that reads as the same tree.</summary>
/// <remarks>A case reaches the body when a whole script parses. Errors must lie inside the text and must be printable.</remarks>
internal static class SqlFuzz
{
    private static readonly Lazy<SqlCorpus> s_corpus = new(SqlCorpus.Load);
    private static readonly ConnectorRegistry s_connectors = new(ConnectorTable.Create(TextWriter.Null, TextWriter.Null));

    /// <summary>Holds the names that random trees use, so that some of them bind.</summary>
    private static readonly ParseResult s_tables = SqlParser.Parse(
        """
        CREATE TABLE a (a INT, b BIGINT, price DECIMAL(10, 2), `value` STRING, `date` DATE) WITH ('connector' = 'blackhole');
        CREATE TABLE b (a DOUBLE, b ARRAY<INT>, `timestamp` TIMESTAMP(3), _x BOOLEAN,
          WATERMARK FOR `timestamp` AS `timestamp` - INTERVAL '1' SECOND) WITH ('connector' = 'datagen');
        CREATE TABLE `value` (a ROW<b INT, price STRING>, `timestamp` TIMESTAMP(3), price BIGINT, `1x` VARCHAR(3),
          WATERMARK FOR `timestamp` AS `timestamp`) WITH ('connector' = 'datagen');
        CREATE VIEW price AS SELECT b, price, `value` FROM a WHERE a > 1;
        """);


    /// <summary>Tries the cases of a run.</summary>
    public static void Run(FuzzRun run)
    {
        SqlCorpus corpus = s_corpus.Value;
        while (run.Next(out Random? random))
        {
            string text = new SqlMutator(random, corpus).Script();
            try
            {
                PlantedSql.BeforeParsing(run.Plant, text);
                ParseResult result = SqlParser.Parse(text, "fuzz.sql");
                if (result.IsSuccess)
                {
                    run.Reached++;
                }
                else
                {
                    run.Rejected++;
                    CheckErrors(run, text, result);
                }

                foreach (Statement statement in result.Statements)
                {
                    // What was saved from a wrong script may lack parts, and need only print.
                    string printed = PlantedSql.Printed(run.Plant, statement, SqlPrinter.Print(statement));
                    if (result.IsSuccess)
                    {
                        CheckPrinting(run, statement, printed);
                    }
                }

                CheckPlanning(run, text, result);
            }
            catch (Exception e) when (e is not FuzzException)
            {
                throw run.Error($"SQL failed. Text: {Excerpt(text)}.", e);
            }
        }
    }

    private static void CheckErrors(FuzzRun run, string text, ParseResult result)
    {
        string printed = SqlDiagnosticFormatter.Format(result.Source, result.Diagnostics);
        if (!printed.Contains("error CST1", StringComparison.Ordinal))
        {
            throw run.Error($"Error has no code: {printed}. Text: {Excerpt(text)}.");
        }

        foreach (SqlDiagnostic diagnostic in result.Diagnostics)
        {
            if (diagnostic.Span.Start < 0 || diagnostic.Span.Length < 0 || diagnostic.Span.End > text.Length)
            {
                throw run.Error($"Error lies outside the text: {diagnostic}. Text: {Excerpt(text)}.");
            }
        }
    }

    private static void CheckPrinting(FuzzRun run, Statement statement, string text)
    {
        ParseResult again = SqlParser.Parse(text, "printed.sql");
        if (!again.IsSuccess)
        {
            string errors = SqlDiagnosticFormatter.Format(again.Source, again.Diagnostics);
            throw run.Error($"Printed text does not parse: {Excerpt(text)}.\n{errors}");
        }

        if (again.Statements.Count != 1 || again.Statements[0] != statement)
        {
            string difference = again.Statements.Count == 1 ? Difference(statement, again.Statements[0]) : "another number of statements";
            throw run.Error($"Printed text means something else: {Excerpt(text)}.\n{difference}");
        }

        if (SqlPrinter.Print(again.Statements[0]) is var second && second != SqlPrinter.Print(statement))
        {
            throw run.Error($"Printing is not stable: {Excerpt(text)}, then {Excerpt(second)}.");
        }
    }

    /// <summary>Plans what was read over a few tables; all that is wrong must come back as errors inside the text.</summary>
    private static void CheckPlanning(FuzzRun run, string text, ParseResult result)
    {
        var planner = new ScriptPlanner(s_connectors, PlannerOptions.Default);
        planner.Plan(s_tables);
        PlanResult plan = planner.Plan(result);
        string errors = SqlDiagnosticFormatter.Format(plan.Source, [.. plan.Errors]);
        if (plan.IsSuccess != (errors.Length == 0))
        {
            throw run.Error($"Plan without success has no errors. Text: {Excerpt(text)}.");
        }

        foreach (SqlDiagnostic diagnostic in plan.Errors)
        {
            if (diagnostic.Span.Start < 0 || diagnostic.Span.Length < 0 || diagnostic.Span.End > text.Length)
            {
                throw run.Error($"Plan error lies outside the text: {diagnostic}. Text: {Excerpt(text)}.");
            }

            if (diagnostic.Code >= 9000)
            {
                throw run.Error($"Planner broke an invariant: {diagnostic}. Text: {Excerpt(text)}.");
            }
        }
    }

    private static string Excerpt(string text) => text.Length <= 2_000 ? text : $"{text[..1_000]} … {text[^1_000..]}";

    /// <summary>Finds the smallest pair of nodes that differ.</summary>
    private static string Difference(object? left, object? right)
    {
        if (left is null || right is null || left.GetType() != right.GetType() || left is string)
        {
            return $"{left?.GetType().Name} {left} <> {right?.GetType().Name} {right}";
        }

        if (left is IEnumerable lefts)
        {
            IEnumerator rights = ((IEnumerable)right).GetEnumerator();
            foreach (object? item in lefts)
            {
                if (!rights.MoveNext())
                {
                    return "lists of different lengths";
                }

                if (!Equals(item, rights.Current))
                {
                    return Difference(item, rights.Current);
                }
            }

            return "lists of different lengths";
        }

        foreach (System.Reflection.PropertyInfo property in left.GetType().GetProperties())
        {
            if (property.Name != "Span" && property.GetIndexParameters().Length == 0
                && !Equals(property.GetValue(left), property.GetValue(right)))
            {
                return $"{left.GetType().Name}.{property.Name}: {Difference(property.GetValue(left), property.GetValue(right))}";
            }
        }

        return $"{left} <> {right}";
    }
}
