using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using ColumnStream.Sql;
using ColumnStream.Sql.Ast.Statements;
using ColumnStream.Testing.Sql;
using Xunit;
using Xunit.Abstractions;

namespace ColumnStream.Tests.Sql;

/// <summary>
/// Goal: what Flink's documentation shows is read. Method: every SQL block of the pages in the folder that
/// COLUMNSTREAM_FLINK_DOCS names is parsed and counted; without the variable there is nothing to do, since the pages
/// are not part of this repository.
/// </summary>
public sealed partial class FlinkDocumentationTests(ITestOutputHelper output)
{
    private const string Variable = "COLUMNSTREAM_FLINK_DOCS";

    private enum Verdict
    {
        /// <summary>Is read as it stands, terminal output aside.</summary>
        Parsed,

        /// <summary>Is read once three dots are replaced.</summary>
        Elided,

        /// <summary>Is a clause, read inside a statement.</summary>
        Fragment,

        /// <summary>Shows a rule of the grammar.</summary>
        Grammar,

        /// <summary>Shows only results.</summary>
        Output,

        /// <summary>Is not read.</summary>
        Refused,
    }

    [Fact]
    public void Every_block_is_read_or_counted_with_its_reason()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } folder)
        {
            output.WriteLine($"{Variable} names no folder: nothing was read.");
            return;
        }

        List<(string Page, Verdict Verdict, string Reason)> blocks = [];
        foreach (string path in Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string page = Path.GetRelativePath(folder, path);
            blocks.AddRange(DocumentationBlocks.Blocks(path).Select(block => Judge(page, block)));
        }

        string report = Report(blocks);
        output.WriteLine(report);
        if (Environment.GetEnvironmentVariable(Variable + "_REPORT") is { Length: > 0 } file)
        {
            File.WriteAllText(file, report);
        }

        int parsed = blocks.Count(block => block.Verdict is Verdict.Parsed or Verdict.Elided or Verdict.Fragment);
        int refused = blocks.Count(block => block.Verdict == Verdict.Refused);
        Assert.True(blocks.Count > 0, $"No SQL block in {folder}.");
        Assert.True(refused * 20 < parsed, $"Too many blocks are refused: {refused}, against {parsed}.");
    }

    private static string Report(List<(string Page, Verdict Verdict, string Reason)> blocks)
    {
        StringBuilder report = new();
        Verdict[] verdicts = Enum.GetValues<Verdict>();
        report.AppendLine($"page\tblocks\t{string.Join('\t', verdicts)}");
        foreach (var page in blocks.GroupBy(block => block.Page).Append(blocks.GroupBy(_ => "sum").First()))
        {
            string counts = string.Join('\t', verdicts.Select(verdict => page.Count(block => block.Verdict == verdict)));
            report.AppendLine($"{page.Key}\t{page.Count()}\t{counts}");
        }

        foreach (var block in blocks.Where(block => block.Verdict is Verdict.Refused or Verdict.Grammar or Verdict.Output))
        {
            report.AppendLine().AppendLine($"{block.Verdict} {block.Page}: {block.Reason}");
        }

        return report.ToString();
    }

    private static (string Page, Verdict Verdict, string Reason) Judge(string page, string block)
    {
        if (Reads(block, page, out string reason))
        {
            return (page, Verdict.Parsed, reason);
        }

        string text = DocumentationBlocks.Terminal(block);
        if (text != block && (text.Trim().Length == 0 || Reads(text, page, out _)))
        {
            return (page, text.Trim().Length == 0 ? Verdict.Output : Verdict.Parsed, Shorten(block));
        }

        if (block.Contains("...", StringComparison.Ordinal) || block.Contains(". . .", StringComparison.Ordinal))
        {
            if (Reads(DocumentationBlocks.Elided(text), page, out _) || Reads(DocumentationBlocks.Elided(block), page, out _))
            {
                return (page, Verdict.Elided, string.Empty);
            }
        }

        if (DocumentationBlocks.IsGrammar(block))
        {
            return (page, Verdict.Grammar, Shorten(block));
        }

        string[] contexts =
        [
            "SELECT * FROM t MATCH_RECOGNIZE ({0} DEFINE A AS TRUE)", "SELECT * FROM t MATCH_RECOGNIZE ({0})", "SELECT SUM(a) OVER (ORDER BY b {0}) FROM t",
            "SELECT /*+ {0} */ 1", "SELECT * FROM t JOIN u {0}", "CREATE MATERIALIZED TABLE t {0} AS SELECT 1", "SELECT {0} FROM t",
        ];
        string[] lines = block.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        return contexts.Any(context => lines.All(line => Reads(context.Replace("{0}", line.Trim(), StringComparison.Ordinal), page, out _)))
            ? (page, Verdict.Fragment, string.Empty)
            : (page, Verdict.Refused, $"{reason}\n    {Shorten(block)}");
    }

    /// <summary>Parses a block, and what it prints; a missing semicolon between two statements is no refusal.</summary>
    private static bool Reads(string text, string page, out string reason)
    {
        ParseResult result = SqlParser.Parse(text, page);
        SqlDiagnostic? error = result.Diagnostics.FirstOrDefault(
            diagnostic => diagnostic.Code != SyntaxErrorCode.MissingSemicolon || result.Statements.Count < 2);
        reason = error is null ? string.Empty : SqlDiagnosticFormatter.Format(result.Source, error);
        if (error is not null || result.Statements.IsEmpty)
        {
            return false;
        }

        foreach (Statement statement in result.Statements)
        {
            ParseResult again = SqlParser.Parse(SqlPrinter.Print(statement));
            Assert.True(again.IsSuccess && again.Statements.Count == 1 && again.Statements[0] == statement, text);
        }

        return true;
    }

    private static string Shorten(string block)
    {
        string line = Blanks().Replace(block, " ").Trim();
        return line.Length <= 300 ? line : line[..300] + "...";
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
