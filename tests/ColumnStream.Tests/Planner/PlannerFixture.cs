using System.Linq;
using System.Text;
using ColumnStream.Engine.Connectors;
using ColumnStream.Planner;
using ColumnStream.Planner.Binding;
using ColumnStream.Planner.Errors;
using ColumnStream.Planner.Logical;
using ColumnStream.Planner.Settings;
using ColumnStream.Planner.Statements;
using ColumnStream.Sql;
using ColumnStream.Sql.Ast.Statements;
using Xunit;

namespace ColumnStream.Tests.Planner;

/// <summary>Plans scripts over connectors that only state facts.</summary>
internal static class PlannerFixture
{
    public static ConnectorRegistry Connectors { get; } = new(
    [
        new PlannerConnector("files"), new PlannerConnector("result"), new PlannerConnector("sinkonly"),
        new PlannerConnector("sourceonly"),
    ]);

    public static PlanResult Plan(string sql) =>
        new ScriptPlanner(Connectors, PlannerOptions.Default).Plan(SqlParser.Parse(sql, "job.sql"));

    public static PlannedJob[] Jobs(string sql)
    {
        PlanResult result = Plan(sql);
        Assert.True(result.IsSuccess, Errors(result));
        return [.. result.Statements.OfType<PlannedJob>()];
    }

    public static string Errors(PlanResult result) =>
        SqlDiagnosticFormatter.Format(result.Source, [.. result.Errors]).ReplaceLineEndings("\n");

    /// <summary>Binds the last statement of a script, a query, without any rule.</summary>
    public static LogicalPlan Bind(string sql)
    {
        ParseResult script = SqlParser.Parse(sql, "job.sql");
        var planner = new ScriptPlanner(Connectors, PlannerOptions.Default);
        planner.Plan(script with { Statements = [.. script.Statements.Take(script.Statements.Count - 1)] });
        var diagnostics = new DiagnosticBag(script.Source);
        var context = new BindingContext(
            diagnostics, planner.Catalog, Connectors, new SessionSettings(default), []);
        LogicalPlan plan = new QueryBinder(context).Bind(((QueryStatement)script.Statements[^1]).Query).Plan;
        Assert.Empty(diagnostics.Errors);
        return plan;
    }

    /// <summary>Prints what a script plans to: errors, or one block a statement.</summary>
    public static string Describe(string sql)
    {
        PlanResult result = Plan(sql);
        if (!result.IsSuccess)
        {
            return Errors(result);
        }

        var text = new StringBuilder();
        foreach (PlannedStatement statement in result.Statements)
        {
            text.Append(statement switch
            {
                PlannedListing { Summary: "EXPLAIN" } explain => explain.Rows[0][0],
                PlannedListing listing => string.Join("\n", listing.Rows.Select(r => string.Join(" | ", r))) + "\n",
                PlannedJob job => $"job {job.Summary}\n",
                _ => string.Empty,
            });
        }

        foreach (SqlDiagnostic warning in result.Warnings)
        {
            text.Append("warning ").Append(warning.Message).Append(' ').Append(warning.Hint).Append('\n');
        }

        return text.ToString().TrimEnd('\n');
    }
}
