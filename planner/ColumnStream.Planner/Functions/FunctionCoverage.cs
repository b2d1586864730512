using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Compute.Functions;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Errors;
using ColumnStream.Planner.Settings;
using ColumnStream.Planner.Statements;
using ColumnStream.Sql;

namespace ColumnStream.Planner.Functions;

/// <summary>Finds out which entries of the list are covered, by planning each entry's examples.</summary>
/// <remarks>An example that streaming mode refuses may plan in batch mode: the entry is covered, and says so.</remarks>
public static partial class FunctionCoverage
{
    private const string Tables =
        """
        CREATE TABLE orders (
            id BIGINT, name STRING, price DOUBLE, amount DECIMAL(10, 2), quantity INT, paid BOOLEAN, tags ARRAY<STRING>,
            place ROW<city STRING, zip INT>, ts TIMESTAMP(3), WATERMARK FOR ts AS ts
        ) WITH ('connector' = 'filesystem', 'path' = 'orders.json', 'format' = 'json');
        CREATE TABLE maps (properties MAP<STRING, INT>)
            WITH ('connector' = 'filesystem', 'path' = 'maps.json', 'format' = 'json');
        CREATE VIEW other AS SELECT id, name FROM orders;
        """;

    /// <summary>Plans the examples of all entries with the given connectors, <c>filesystem</c> among them.</summary>
    public static IReadOnlyList<EntryCoverage> Compute(ConnectorRegistry connectors)
    {
        ScriptPlanner streaming = Session(connectors, "streaming");
        ScriptPlanner batch = Session(connectors, "batch");
        return [.. FunctionEntries.All.Select(entry => Compute(entry, streaming, batch))];
    }

    private static EntryCoverage Compute(FunctionEntry entry, ScriptPlanner streaming, ScriptPlanner batch)
    {
        bool isBatchOnly = false;
        string? type = null;
        foreach (string example in entry.Examples)
        {
            (SqlDiagnostic? error, string? result) = Plan(streaming, example);
            if (error is not null && Plan(batch, example) is (null, { } batchResult))
            {
                isBatchOnly = true;
                (error, result) = (null, batchResult);
            }

            if (error is not null)
            {
                return new EntryCoverage(entry, default, example, error, false);
            }

            type ??= result;
        }

        return new EntryCoverage(
            entry, ValueList.From(SignaturesOf(entry).Select(s => $"{s} → {type}")), null, null, isBatchOnly);
    }

    private static ScriptPlanner Session(ConnectorRegistry connectors, string mode)
    {
        var planner = new ScriptPlanner(
            connectors,
            new PlannerOptions([new SessionOption("execution.runtime-mode", mode, OptionOrigin.Set)]));
        planner.Plan(SqlParser.Parse(Tables, "coverage"));
        return planner;
    }

    /// <summary>Plans one example; returns the first error, or the result's type.</summary>
    private static (SqlDiagnostic? Error, string? Type) Plan(ScriptPlanner planner, string example)
    {
        string sql = example.StartsWith("SELECT ", StringComparison.Ordinal) ? example : $"SELECT {example} FROM orders";
        try
        {
            PlanResult plan = planner.Plan(SqlParser.Parse(sql, "example"));
            if (plan.Errors.Count > 0)
            {
                return (plan.Errors[0], null);
            }

            QueryResult query = ((PlannedJob)plan.Statements[^1]).Query!;
            return (null, query.Columns[^1].Type.WithNullable(true).ToString());
        }
        catch (ColumnStreamException error)
        {
            return (new SqlDiagnostic(error.Code, error.Message, new SourceSpan(0, sql.Length)), null);
        }
    }

    /// <summary>Returns the signatures of the functions that the form names; the form itself where it is syntax.</summary>
    private static IEnumerable<string> SignaturesOf(FunctionEntry entry)
    {
        List<string> found = [];
        foreach (Match match in Name().Matches(entry.Form))
        {
            string name = match.Value.TrimEnd('(', ' ');
            foreach (string signature in FunctionTable.Find(name)?.Signatures ?? AggregateTable.Find(name)?.Signatures ?? default)
            {
                if (!found.Contains(signature))
                {
                    found.Add(signature);
                }
            }
        }

        return found.Count > 0 ? found : [entry.Form];
    }

    [GeneratedRegex(@"\b[A-Z][A-Z0-9_]*\(|^[A-Z_]+$")]
    private static partial Regex Name();
}
