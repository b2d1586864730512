using System;
using System.IO;
using ColumnStream.Connectors;
using ColumnStream.Engine.Connectors;
using ColumnStream.Planner;
using ColumnStream.Planner.Functions;
using ColumnStream.Server.Shell;
using Xunit;

namespace ColumnStream.Tests.Server.Shell;

/// <summary>Asks for proposals at the place of the bar.</summary>
public sealed class SqlCompleterTests
{
    private readonly SqlCompleter _completer;

    public SqlCompleterTests()
    {
        var connectors = new ConnectorRegistry(
            ConnectorTable.Create(TextWriter.Null, TextWriter.Null, null, [new FunctionsTable()]));
        var planner = new ScriptPlanner(connectors, PlannerOptions.Default);
        PlanResult plan = planner.Plan(ColumnStream.Sql.SqlParser.Parse(
            "CREATE TABLE orders (order_id BIGINT, name STRING, `order` INT) WITH ('connector' = 'datagen');"
            + "CREATE VIEW old_orders AS SELECT order_id AS old_id FROM orders;"
            + "CREATE DATABASE archive; CREATE VIEW archive.ancient AS SELECT 1 AS x;"));
        Assert.True(plan.IsSuccess);
        _completer = new SqlCompleter(planner.Catalog, connectors);
    }

    [Theory]
    [InlineData("SEL|", "SELECT ")]
    [InlineData("sel|", "select ")]
    [InlineData("qu|", "quit")]
    [InlineData("SELECT * FROM ord|", "orders")]
    [InlineData("SELECT * FROM orders; DESCRIBE old|", "old_orders")]
    [InlineData("INSERT INTO ord|", "orders")]
    [InlineData("SELECT order_|id FROM orders", "order_id")]
    [InlineData("SELECT order_| FROM orders", "order_id")]
    [InlineData("SELECT o.na| FROM orders AS o", "name")]
    [InlineData("SELECT old_orders.| FROM old_orders", "old_id")]
    [InlineData("SELECT * FROM sys.fu|", "functions")]
    [InlineData("SELECT * FROM arch|", "archive.")]
    [InlineData("SELECT * FROM archive.|", "ancient")]
    [InlineData("USE arc|", "archive")]
    [InlineData("USE CATALOG |", "default_catalog")]
    [InlineData("SELECT JSON_VA|", "JSON_VALUE(")]
    [InlineData("select json_va|", "json_value(")]
    [InlineData("help JSON_VAL|", "JSON_VALUE")]
    [InlineData("SHOW FUN|", "FUNCTIONS ")]
    [InlineData("SET 'execution.runtime-m|", "execution.runtime-mode")]
    [InlineData("SET 'execution.runtime-mode' = 'ba|", "batch")]
    [InlineData("CREATE TABLE t (a INT) WITH ('conn|", "connector")]
    [InlineData("CREATE TABLE t (a INT) WITH ('connector' = 'data|", "datagen")]
    [InlineData("CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'rows-per|", "rows-per-second")]
    [InlineData("CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'format' = 'js|", "json")]
    public void The_only_proposal_at_the_bar(string text, string expected) => Assert.Equal([expected], Proposals(text));

    [Fact]
    public void Columns_of_the_tables_named_come_with_functions_and_keywords_and_names_that_are_keywords_are_quoted()
    {
        string[] found = Proposals("SELECT | FROM orders AS x");
        Assert.Contains("`order`", found);
        Assert.Contains("x", found);
        Assert.Contains("UPPER(", found);
        Assert.Contains("CASE ", found);
        Assert.DoesNotContain("old_id", found);
    }

    [Theory]
    [InlineData("SELECT 'a|")]
    [InlineData("SELECT ''|")]
    [InlineData("|")]
    [InlineData(";|")]
    [InlineData("SELECT * FROM nothing.|")]
    [InlineData("((((`|")]
    public void Nothing_in_any_place_fails(string text) => Assert.NotNull(Proposals(text));

    private string[] Proposals(string text)
    {
        int cursor = text.IndexOf('|', StringComparison.Ordinal);
        return [.. _completer.Complete(text.Remove(cursor, 1), cursor).Items];
    }
}
