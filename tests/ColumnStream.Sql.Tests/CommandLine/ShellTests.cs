using System;
using Xunit;

namespace ColumnStream.Sql.Tests.CommandLine;

/// <summary>Runs `columnstream sql` without a terminal: pipes, -e, -f; tests/shell/terminal.py has the terminal.</summary>
public sealed class ShellTests
{
    [Fact]
    public void A_pipe_is_one_session_and_each_statement_runs_at_its_semicolon()
    {
        using var cli = new Cli();
        Outcome outcome = cli.Run(
            "CREATE VIEW v AS SELECT * FROM (VALUES (1), (2)) AS t(x);\nSELECT x + 1\n AS s FROM v; SELECT ';' AS y\nFROM v LIMIT 1;",
            "sql", "-q");
        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal("s\n2\n3\ny\n;\n", outcome.Text);
    }

    [Fact]
    public void An_error_in_a_pipe_has_its_line_and_ends_it()
    {
        using var cli = new Cli();
        Outcome outcome = cli.Run("SELECT 1 AS a;\n\nSELECT\n  nope;\nSELECT 2;", "sql", "-q");
        Assert.Equal(2, outcome.ExitCode);
        Assert.Equal("a\n1\n", outcome.Text);
        Assert.Contains("<stdin>:4:3: error CST2003", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_set_hold_for_the_session_and_formats_are_those_of_run()
    {
        using var cli = new Cli();
        Outcome outcome = cli.Run(
            "SET 'table.local-time-zone' = 'Asia/Tokyo';\nSELECT CAST(CAST(TIMESTAMP '2024-01-01 00:00:00' AS TIMESTAMP_LTZ(0)) AS STRING) AS t;\n"
            + "RESET 'table.local-time-zone';\nSELECT 1.50 AS d",
            "sql", "-q", "--format", "json");
        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal("{\"t\":\"2024-01-01 00:00:00\"}\n{\"d\":1.50}\n", outcome.Text);
    }

    [Fact]
    public void A_file_runs_before_the_statement_given()
    {
        using var cli = new Cli();
        cli.Folder.Write("init.sql", "CREATE VIEW v AS SELECT 7 AS x;");
        Outcome outcome = cli.Run(null, "sql", "-q", "-f", "init.sql", "-e", "SELECT x FROM v");
        Assert.Equal((0, "x\n7\n"), (outcome.ExitCode, outcome.Text));
    }

    [Theory]
    [InlineData("CREATE TABLE p (a INT) WITH ('connector' = 'print'); INSERT INTO p SELECT a FROM g;")]
    [InlineData("SELECT a FROM g;")]
    public void What_never_ends_ends_when_nobody_reads(string statements)
    {
        using var cli = new Cli();
        cli.Folder.Write("job.sql", $"CREATE TABLE g (a INT) WITH ('connector' = 'datagen'); {statements}");
        Outcome outcome = cli.RunIntoHead(2, "sql", "-q", "-f", "job.sql");
        Assert.Equal(0, outcome.ExitCode);
    }

    [Fact]
    public void Coverage_counts_entries_and_rows_and_refuses_what_is_not_in_the_list()
    {
        using var cli = new Cli();
        Outcome plain = cli.Run(null, "functions", "--coverage");
        Assert.Equal(0, plain.ExitCode);
        Assert.Matches(@"\+ UPPER\(string\)\n +UPPER\(.*STRING", plain.Text);
        Assert.EndsWith(" of 248\n", plain.Text, StringComparison.Ordinal);
        cli.Folder.Write("cases/string/upper.slt", "# entry: UPER(string)\n# source: x\nquery\nSELECT 1\n----\n1\n");
        Outcome wrong = cli.Run(null, "functions", "--coverage", "--cases", "cases");
        Assert.Equal(1, wrong.ExitCode);
        Assert.Contains("Did you mean 'UPPER(string)'?", wrong.Errors, StringComparison.Ordinal);
        cli.Folder.Write("cases/string/upper.slt", "# entry: UPPER(string)\n# source: x\nquery\nSELECT 1\n----\n1\n");
        Assert.Equal(0, cli.Run(null, "functions", "--coverage", "--cases", "cases").ExitCode);
        Assert.Equal(1, cli.Run(null, "functions", "--coverage", "--cases", "cases", "--require", "1").ExitCode);
    }

    [Fact]
    public void Help_of_the_program_and_of_functions_names_what_users_type()
    {
        using var cli = new Cli();
        Outcome help = cli.Run(null, "--help");
        Assert.Contains("columnstream [command]", help.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("ColumnStream.Server", help.Text, StringComparison.Ordinal);
        Outcome wrong = cli.Run(null, "functions", "JSON_VALEU");
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("Did you mean 'JSON_VALUE'?", wrong.Errors, StringComparison.Ordinal);
        Assert.Contains("SHA256(s)", cli.Run(null, "functions", "sha25%").Text, StringComparison.Ordinal);
    }
}
