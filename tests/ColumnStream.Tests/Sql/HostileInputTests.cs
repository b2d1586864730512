using System;
using System.Linq;
using System.Threading;
using ColumnStream.Sql;
using Xunit;

namespace ColumnStream.Tests.Sql;

/// <summary>Goal: no text harms the process. Method: extreme texts on a thread with a small stack.</summary>
public sealed class HostileInputTests
{
    private const int StackBytes = 1024 * 1024;

    [Theory]
    [InlineData("(", "1", ")")]
    [InlineData("- ", "1", "")]
    [InlineData("NOT ", "a", "")]
    [InlineData("f(", "1", ")")]
    [InlineData("a[", "1", "]")]
    [InlineData("CASE WHEN ", "a", " THEN 1 END")]
    [InlineData("CAST(", "a", " AS INT)")]
    [InlineData("(SELECT ", "1", ")")]
    [InlineData("f(x => ", "1", ")")]
    [InlineData("1 IN (SELECT 1 FROM (SELECT ", "1", "))")]
    [InlineData("JSON_OBJECT('a' : ", "1", ")")]
    [InlineData("JSON_VALUE(a, '$' DEFAULT ", "1", " ON EMPTY)")]
    [InlineData("INTERVAL (", "1", ") DAY")]
    [InlineData("{fn ", "1", "}")]
    [InlineData("CASE ", "1", " WHEN 1 THEN 2 END")]
    [InlineData("ARRAY(SELECT ", "1", ")")]
    public void Deep_nesting_is_an_error_and_20_levels_are_not(string open, string middle, string close)
    {
        Assert.Equal(SyntaxErrorCode.NestingTooDeep, Nested(10_000).Diagnostics[0].Code);
        ParseResult result = Nested(20);
        Assert.True(result.IsSuccess, SqlDiagnosticFormatter.Format(result.Source, result.Diagnostics));

        ParseResult Nested(int levels) => Parse(
            "SELECT " + string.Concat(Enumerable.Repeat(open, levels)) + middle + string.Concat(Enumerable.Repeat(close, levels)));
    }

    [Theory]
    [InlineData("SELECT 1", "+1", "")]
    [InlineData("SELECT a", " = a", "")]
    [InlineData("SELECT a", "[1]", "")]
    [InlineData("SELECT 1", " UNION ALL SELECT 1", "")]
    [InlineData("SELECT 1 FROM t", " CROSS JOIN t", "")]
    [InlineData("SELECT 1 FROM t", ", t", "")]
    [InlineData("SELECT a", " IS NULL", "")]
    [InlineData("SELECT a", " || b", "")]
    [InlineData("SELECT a", " MULTISET UNION b", "")]
    [InlineData("SELECT a", " OVERLAPS b", "")]
    [InlineData("SELECT a", " BETWEEN 1 AND 2", "")]
    [InlineData("SELECT 1", " INTERSECT SELECT 1", "")]
    public void Endless_chains_are_an_error_and_350_links_are_not(string begin, string link, string end)
    {
        Assert.Equal(SyntaxErrorCode.ChainTooLong, Chain(100_000).Diagnostics[0].Code);
        ParseResult result = Chain(350);
        Assert.True(result.IsSuccess, SqlDiagnosticFormatter.Format(result.Source, result.Diagnostics));

        ParseResult Chain(int links) => Parse(begin + string.Concat(Enumerable.Repeat(link, links)) + end);
    }

    [Fact]
    public void Conditions_and_lists_may_be_long()
    {
        Assert.True(Parse("SELECT a" + string.Concat(Enumerable.Repeat(" OR a = 1 AND b", 50_000))).IsSuccess);
        Assert.True(Parse("SELECT a IN (1" + string.Concat(Enumerable.Repeat(", 1", 100_000)) + ")").IsSuccess);
    }

    [Fact]
    public void Patterns_nest_only_so_deep()
    {
        string open = new('(', 10_000);
        ParseResult result = Parse($"SELECT * FROM t MATCH_RECOGNIZE (PATTERN ({open}A DEFINE A AS TRUE)");
        Assert.Equal(SyntaxErrorCode.NestingTooDeep, result.Diagnostics[0].Code);
        string samples = string.Concat(Enumerable.Repeat(" TABLESAMPLE SYSTEM (1)", 10_000));
        Assert.Equal(SyntaxErrorCode.ChainTooLong, Parse($"SELECT * FROM t{samples}").Diagnostics[0].Code);
    }

    [Fact]
    public void Types_nest_only_so_deep()
    {
        string deep = string.Concat(Enumerable.Repeat("ARRAY<", 10_000));
        Assert.Equal(SyntaxErrorCode.NestingTooDeep, Parse("SELECT CAST(a AS " + deep).Diagnostics[0].Code);
    }

    [Theory]
    [InlineData("\0")]
    [InlineData("SELECT \0 1")]
    [InlineData("SELECT 'a")]
    [InlineData("SELECT `a")]
    [InlineData("SELECT ``")]
    [InlineData("SELECT \"a")]
    [InlineData("SELECT x'1")]
    [InlineData("SELECT x'0g'")]
    [InlineData("SELECT u&'\\zzzz'")]
    [InlineData("SELECT u&'\\d800'")]
    [InlineData("SELECT /* ")]
    [InlineData("SELECT /*+ OPTIONS(")]
    [InlineData("SELECT 1e999")]
    [InlineData("SELECT 1e")]
    [InlineData("SELECT 1.2.3")]
    [InlineData("SET = 1")]
    [InlineData("SET k = it's")]
    [InlineData("BEGIN STATEMENT SET; INSERT INTO a SELECT 1;")]
    [InlineData("BEGIN STATEMENT SET; END")]
    [InlineData("EXPLAIN EXPLAIN SELECT 1")]
    [InlineData("SELECT CAST(a AS DECIMAL(99999999999))")]
    [InlineData("SELECT ! & | ^ ~ # @ { } : \\")]
    [InlineData("))))((((")]
    [InlineData("CREATE TABLE t (")]
    [InlineData("SELECT MAP[1]")]
    public void Broken_texts_give_errors(string text) => Assert.False(Parse(text).IsSuccess);

    [Fact]
    public void Halves_of_surrogate_pairs_are_errors()
    {
        // Not inline data: attributes hold strings as UTF-8, which has no such halves.
        string[] texts =
        [
            "SELECT \uD800", "SELECT '\uDC00'", "SELECT `\uD800`", "SELECT a\uD800b", "SELECT '\uDC00\uD800'",
            "SET k = a\uD800", "SET a -- \uDC00\n b = c", "RESET k\uD800",
        ];
        Assert.All(texts, text => Assert.Equal(SyntaxErrorCode.InvalidCharacter, Parse(text).Diagnostics[0].Code));
    }

    [Fact]
    public void A_unit_follows_one_argument_only()
    {
        Assert.True(Parse("SELECT FLOOR(a TO DAY)").IsSuccess);
        Assert.Equal(SyntaxErrorCode.UnexpectedToken, Parse("SELECT FLOOR(a, b TO DAY)").Diagnostics[0].Code);
    }

    [Fact]
    public void Nul_inside_a_string_is_data()
    {
        ParseResult result = Parse("SELECT 'a\0b'");
        Assert.True(result.IsSuccess);
        Assert.Equal("SELECT 'a\0b'", result.Statements[0].ToString());
    }

    [Fact]
    public void Errors_and_length_are_bounded()
    {
        Assert.Equal(SqlLimits.MaxDiagnostics, Parse(string.Concat(Enumerable.Repeat("x;", 10_000))).Diagnostics.Count);
        Assert.Equal(SqlLimits.MaxDiagnostics, Parse(string.Concat(Enumerable.Repeat("# ", 10_000))).Diagnostics.Count);
        ParseResult tooLong = Parse(new string(' ', SqlLimits.MaxScriptLength + 1));
        Assert.Equal(SyntaxErrorCode.ScriptTooLong, Assert.Single(tooLong.Diagnostics).Code);
    }

    /// <summary>Parses, formats the errors, prints, compares and hashes on a thread with a small stack.</summary>
    private static ParseResult Parse(string text)
    {
        ParseResult? result = null;
        Exception? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                result = SqlParser.Parse(text);
                SqlDiagnosticFormatter.Format(result.Source, result.Diagnostics);
                foreach (var statement in result.Statements)
                {
                    string printed = SqlPrinter.Print(statement);
                    ParseResult again = SqlParser.Parse(printed);
                    Assert.True(again.Statements.Count == 1 && again.Statements[0] == statement, printed);
                    Assert.Equal(statement.GetHashCode(), again.Statements[0].GetHashCode());
                }
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        }, StackBytes);
        thread.Start();
        thread.Join();
        Assert.Null(failure);
        return result!;
    }
}
