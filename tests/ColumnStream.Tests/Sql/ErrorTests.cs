using System.Linq;
using ColumnStream.Sql;
using Xunit;

namespace ColumnStream.Tests.Sql;

/// <summary>Goal: errors say where, what and what to do, and one does not hide the next. Method: whole texts.</summary>
public sealed class ErrorTests
{
    [Theory]
    [InlineData("SELCT 1", "1:1: error CST1002: No statement begins with 'SELCT'. Did you mean 'SELECT'?", "^~~~~")]
    [InlineData("SELECT a FORM t", "1:10: error CST1001: Expected a clause. Found 'FORM'. Did you mean 'FROM'?", "         ^~~~")]
    [InlineData("SELECT * FROM t GRUOP BY x", "1:17: error CST1001: Expected a clause. Found 'GRUOP'. Did you mean 'GROUP'?",
        "                ^~~~~")]
    [InlineData("SELECT a, FROM t", "1:11: error CST1001: Expected an expression. Found 'FROM'. Remove the comma before it.",
        "          ^~~~")]
    [InlineData("CREATE TABLE t (a INT WITH ('k'='v')",
        "1:23: error CST1001: Expected ')' or ',' in the column list. Found 'WITH'.", "                      ^~~~")]
    [InlineData("CREATE TABLE t (a BIGNIT)", "1:19: error CST1001: Expected a type. Found 'BIGNIT'. Did you mean 'BIGINT'?",
        "                  ^~~~~~")]
    [InlineData("SELECT timestamp FROM t",
        "1:8: error CST1004: Expected an expression. Found the reserved word 'timestamp'. Write it in backquotes: `timestamp`.",
        "       ^~~~~~~~~")]
    [InlineData("CREATE TABLE t (a INT) WITH (connector = 'x')",
        "1:30: error CST1001: Expected an option key as a string. Found 'connector'. Quote it: 'connector'.",
        "                             ^~~~~~~~~")]
    [InlineData("ALTER TABLE t AD c INT",
        "1:15: error CST1001: Expected RENAME, SET, RESET, ADD, MODIFY or DROP. Found 'AD'. Did you mean 'ADD'?", "              ^~")]
    [InlineData("MERGE INTO t", "1:1: error CST1003: MERGE is not supported yet.", "^~~~~")]
    [InlineData("COMMIT", "1:1: error CST1003: There are no transactions: each statement takes effect by itself. Leave COMMIT out.", "^~~~~~")]
    [InlineData("BEGIN", "1:1: error CST1003: There are no transactions: each statement takes effect by itself. Leave BEGIN out.", "^~~~~")]
    [InlineData("START TRANSACTION", "1:1: error CST1003: There are no transactions: each statement takes effect by itself. Leave START out.",
        "^~~~~")]
    [InlineData("BEGIN STATMENT SET", "1:7: error CST1001: Expected STATEMENT behind BEGIN. Found 'STATMENT'. Did you mean 'STATEMENT'?",
        "      ^~~~~~~~")]
    [InlineData("CREATE OR REPLACE CATALOG c",
        "1:19: error CST1001: REPLACE does not go with CATALOG.", "                  ^~~~~~~")]
    [InlineData("SELECT JSON_VALUE(a, '$' NULL ON NULL)", "1:34: error CST1001: Expected ERROR or EMPTY behind ON. Found 'NULL'.",
        "                                 ^~~~")]
    [InlineData("SELECT 1 2", "1:10: error CST1005: Expected ';' or the end of the script. Found '2'.", "         ^")]
    [InlineData("SELECT (1", "1:10: error CST1001: Expected ')' to close the parenthesis. Found the end of the script.", "         ^")]
    [InlineData("SELECT '中', prise +", "1:20: error CST1001: Expected an expression. Found the end of the script.", "                    ^")]
    [InlineData("\tSELECT INTERVAL SELECT SECOND",
        "1:18: error CST1001: Expected a string, a number, a name or '(' behind INTERVAL, as in INTERVAL '10' SECOND. Found 'SELECT'.",
        "\t                ^~~~~~")]
    [InlineData("SELECT 'abc", "1:8: error CST1011: String has no closing quote. Add ' where it ends.", "       ^~~~")]
    [InlineData("SELECT \"a\"", "1:8: error CST1010: Double quotes are not used in this dialect. Quote strings with ' and names with `.",
        "       ^~~")]
    [InlineData("SELECT 1 /* x", "1:10: error CST1012: Comment has no end. Add '*/'.", "         ^~")]
    [InlineData("SELECT EXTRACT(DAZ FROM x)", "1:16: error CST1019: Unit of time is unknown: DAZ. Did you mean 'DAY'?",
        "               ^~~")]
    public void Errors_show_the_place_and_the_way_out(string text, string message, string carets)
    {
        ParseResult result = SqlParser.Parse(text, "f.sql");
        Assert.Equal($"f.sql:{message}\n{text}\n{carets}", SqlDiagnosticFormatter.Format(result.Source, result.Diagnostics));
    }

    [Fact]
    public void Several_errors_are_reported_in_the_order_of_the_text()
    {
        const string Text = "SELCT 1;\nSELECT 2;\nSELECT 12abc;\nBEGIN STATEMENT SET; INSERT INTO a SELCT; INSERT INTO b SELECT 1; END;\nSELECT (;\nSELECT 3";
        ParseResult result = SqlParser.Parse(Text);
        Assert.Equal([1, 3, 4, 5], result.Diagnostics.Select(error => result.Source.GetPosition(error.Span.Start).Line));
        Assert.Equal(
            ["SELECT 2", "EXECUTE STATEMENT SET BEGIN INSERT INTO b SELECT 1; END", "SELECT 3"],
            result.Statements.Select(statement => statement.ToString()));
    }

    [Theory]
    [InlineData("CREATE TABLE t (a BIGNIT, b INT, c FLAOT, d) WITH (connector = 'x', 'k' 'v')", "1:19 1:36 1:52 1:73")]
    [InlineData("CREATE TABLE t (a INT b INT, c STRIN)", "1:23 1:32")]
    [InlineData("CREATE TABLE t (a INT WITH ('connector' = 'x'); SELECT a FORM t", "1:23 1:58")]
    [InlineData("SELECT 1\nSELECT 2\nINSERT INTO t SELECT (", "2:1 3:1 3:23")]
    [InlineData("SELECT (1 + \nCREATE TABLE t (a BIGNIT);\nSELECT 3", "2:1 2:19")]
    [InlineData("ALTER TABLE t ADD (a BIGNIT, b FLAOT)", "1:22 1:32")]
    [InlineData("BEGIN STATEMENT SET; SELECT 1; INSERT INTO b SELECT; END; SELECT 2", "1:22 1:52")]
    [InlineData("SELECT ((((1; SELECT 2", "1:13")]
    [InlineData("CREATE TABLE t (\n  a INT,\n  b BIGNIT(\nCREATE VIEW v AS SELECT 1", "3:5")]
    public void One_error_does_not_hide_the_next_and_none_follows_from_another(string text, string places)
    {
        ParseResult result = SqlParser.Parse(text);
        Assert.Equal(places, string.Join(' ', result.Diagnostics.Select(error =>
            $"{result.Source.GetPosition(error.Span.Start).Line}:{result.Source.GetPosition(error.Span.Start).Column}")));
    }

    [Fact]
    public void Long_lines_are_cut_around_the_place()
    {
        string text = "SELECT " + string.Concat(Enumerable.Repeat("a, ", 1_000)) + ", b" + new string(' ', 500) + "FROM t";
        ParseResult result = SqlParser.Parse(text);
        string[] lines = SqlDiagnosticFormatter.Format(result.Source, result.Diagnostics).Split('\n');
        Assert.True(lines[1].Length < 200);
        Assert.Equal(',', lines[1][lines[2].IndexOf('^')]);
    }

    [Theory]
    [InlineData("prise", "price")]
    [InlineData("PRICE", "price")]
    [InlineData("pirce", "price")]
    [InlineData("quantity_", "quantity")]
    [InlineData("zzz", null)]
    [InlineData("", null)]
    public void The_nearest_name_is_suggested(string name, string? expected) =>
        Assert.Equal(expected, NameSuggester.Suggest(name, ["id", "price", "quantity"]));

    [Fact]
    public void Lines_end_at_any_line_end()
    {
        SourceText source = new("a\r\nb\rc\nd");
        Assert.Equal(4, source.LineCount);
        Assert.Equal(new SourcePosition(3, 1), source.GetPosition(5));
        Assert.Equal("b", source.GetLine(2).ToString());
        Assert.Equal(new SourcePosition(4, 2), source.GetPosition(int.MaxValue));
    }
}
