using System;
using Xunit;

namespace ColumnStream.Sql.Tests.CommandLine;

/// <summary>Checks exit codes, messages and commands.</summary>
public sealed class UsageTests : IDisposable
{
    private readonly Cli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public void An_error_in_sql_is_exit_2_with_line_caret_and_the_nearest_name()
    {
        Outcome outcome = _cli.Script("""
            CREATE TABLE orders (price INT) WITH ('connector' = 'datagen', 'number-of-rows' = '3');

            SELECT 1,
                   prise FROM orders;
            """);
        Assert.Equal(2, outcome.ExitCode);
        Assert.Equal(
            "job.sql:4:8: error CST2003: Column 'prise' not found. Did you mean 'price'?\n"
            + "       prise FROM orders;\n"
            + "       ^~~~~\n",
            outcome.Errors);
        Assert.Empty(outcome.Text);
    }

    [Fact]
    public void All_errors_of_a_script_are_told_and_nothing_runs()
    {
        Outcome outcome = _cli.Script("SELECT 1 AS a;\nSELECT x;\nSELECT 1 +;\nSELECT 2 AS b;");
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("job.sql:2:8: error CST2003", outcome.Errors, StringComparison.Ordinal);
        Assert.Contains("job.sql:3:11: error CST1", outcome.Errors, StringComparison.Ordinal);
        Assert.Empty(outcome.Text);
    }

    [Fact]
    public void A_failing_job_is_exit_1_and_names_the_place_in_the_script()
    {
        Outcome outcome = _cli.Script("SELECT 1 / a FROM (VALUES (1), (0)) AS t(a);");
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("job.sql:1:8: error CST4001: Division by zero", outcome.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("frobnicate")]
    [InlineData("run", "-", "--format", "xml")]
    [InlineData("run", "-", "--parallelism", "many")]
    [InlineData("run", "-", "--parallelism", "0")]
    [InlineData("run", "-", "-D", "novalue")]
    [InlineData("functions", "no_such_function")]
    public void Wrong_usage_is_exit_2_with_a_message(params string[] arguments)
    {
        Refused("columnstream: ", arguments);
    }

    [Theory]
    [InlineData("run", "nothing-here.sql")]
    [InlineData("run", ".")]
    [InlineData("explain", "nothing-here.sql")]
    public void A_script_that_cannot_be_read_is_exit_2_and_has_its_code(params string[] arguments)
    {
        Refused("error CST5001: Script cannot be read: ", arguments);
    }

    [Fact]
    public void A_script_may_be_empty_and_may_come_from_standard_input()
    {
        Assert.Equal(0, _cli.Run("", "run", "-").ExitCode);
        Assert.Equal(0, _cli.Script("-- nothing\n;;\n").ExitCode);
        Outcome outcome = _cli.Run("SELECT 'é' AS a, 2 AS b", "run", "-", "--quiet");
        Assert.Equal((0, "a,b\né,2\n", ""), (outcome.ExitCode, outcome.Text, outcome.Errors));
    }

    [Fact]
    public void Unknown_settings_warn_and_wrong_values_are_errors()
    {
        Outcome warned = _cli.Script("SET 'parallelism.defalt' = '2'; SELECT 1 AS a;");
        Assert.Equal((0, "a\n1\n"), (warned.ExitCode, warned.Text));
        Assert.Contains("warning CST3110: Option 'parallelism.defalt' is unknown. Did you mean 'parallelism.default'?", warned.Errors, StringComparison.Ordinal);
        Outcome refused = _cli.Script("SET 'parallelism.default' = 'two'; SELECT 1 AS a;");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("job.sql:1:", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("CST3111", refused.Errors, StringComparison.Ordinal);
        Outcome defined = _cli.Script("SELECT 1 AS a;", "-D", "parallelism.defalt=1", "-D", "execution.runtime-mode=bach");
        Assert.Equal(2, defined.ExitCode);
        Assert.Contains("'parallelism.defalt' is unknown. Did you mean 'parallelism.default'?", defined.Errors, StringComparison.Ordinal);
        Assert.Contains("'execution.runtime-mode' has a wrong value 'bach'", defined.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_options_of_a_table_are_errors_with_the_nearest_name()
    {
        Outcome outcome = _cli.Script("CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'number-of-row' = '3');\nSELECT * FROM t;");
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("error CST3110: Option 'number-of-row' is unknown. Did you mean 'number-of-rows'?", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Definitions_on_the_command_line_stand_before_the_script()
    {
        Outcome outcome = _cli.Script(
            "SELECT COUNT(*) AS n FROM (VALUES (1)) AS t(a) WHERE a > 1;", "-D", "execution.runtime-mode=batch", "--quiet");
        Assert.Equal((0, "n\n0\n", ""), (outcome.ExitCode, outcome.Text, outcome.Errors));
    }

    [Fact]
    public void Version_functions_help_and_explain_answer()
    {
        Outcome version = _cli.Run(null, "--version");
        Assert.Equal(0, version.ExitCode);
        Assert.Matches(@"^\d+\.\d+\.\d+", version.Text);
        Outcome functions = _cli.Run(null, "functions", "substr");
        Assert.Equal(0, functions.ExitCode);
        Assert.Contains("SUBSTRING(s, start [, length])", functions.Text, StringComparison.Ordinal);
        Assert.Contains("Exit code: 0 done", _cli.Run(null, "run", "--help").Text, StringComparison.Ordinal);
        _cli.Folder.Write("job.sql", "SELECT a + 1 AS b FROM (VALUES (1), (2)) AS t(a) WHERE a > 1;");
        Outcome plan = _cli.Run(null, "explain", "job.sql");
        Assert.Equal(0, plan.ExitCode);
        Assert.Contains("Physical plan", plan.Text, StringComparison.Ordinal);
        Outcome explained = _cli.Script("EXPLAIN SELECT 1 AS a;");
        Assert.Contains("Physical plan", explained.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Lists_of_options_hide_keys_and_an_older_key_sets_the_option_of_today()
    {
        Outcome outcome = _cli.Script("""
            SET 'fs.oss.accessKeySecret' = 'hush-1';
            SET 'fs.oss.bucket.b.accessKeySecret' = 'hush-2';
            SET 'fs.oss.securityToken' = 'hush-3';
            SET 'state.checkpoints.dir' = 'file:///tmp/elsewhere';
            SET;
            EXPLAIN SELECT 1;
            """, "-D", "fs.oss.accessKeyId=hush-4");
        Assert.Equal(0, outcome.ExitCode);
        Assert.DoesNotContain("hush", outcome.Text + outcome.Errors, StringComparison.Ordinal);
        Assert.Contains("fs.oss.accessKeySecret", outcome.Text, StringComparison.Ordinal);
        Assert.Matches(@"execution\.checkpointing\.dir\W+file:///tmp/elsewhere", outcome.Text);
        Assert.DoesNotContain("state.checkpoints.dir", outcome.Text, StringComparison.Ordinal);
        Assert.Empty(outcome.Errors);
    }

    private void Refused(string begin, string[] arguments)
    {
        Outcome outcome = _cli.Run("SELECT 1", arguments);
        Assert.Equal(2, outcome.ExitCode);
        Assert.StartsWith(begin, outcome.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.Errors, StringComparison.Ordinal);
    }
}
