using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using ColumnStream.Planner;
using ColumnStream.Planner.Statements;
using ColumnStream.Sql.Ast.Statements;
using ColumnStream.Testing.Sql;
using ColumnStream.Testing.SqlFiles;
using Xunit;
using Xunit.Abstractions;

namespace ColumnStream.Sql.Tests;

/// <summary>
/// Goal: know which queries of Flink's documentation run. Method: every SQL block of the pages in the folder that
/// COLUMNSTREAM_FLINK_DOCS names is planned and run behind the tables that tests/sql/flink-docs declares for its page;
/// tests/sql/flink-docs/README.md is the table that came out, and is written anew under COLUMNSTREAM_ACCEPT=1. Without the
/// variable only the declarations are checked: the pages are not part of this repository.
/// </summary>
public sealed partial class FlinkQueryDocsTests(ITestOutputHelper output)
{
    private const string Variable = "COLUMNSTREAM_FLINK_DOCS";
    private static readonly string s_folder = Path.Combine(SltTests.Root, "tests/sql/flink-docs");

    [Fact]
    public void Declared_tables_plan()
    {
        foreach (string file in Directory.GetFiles(s_folder, "*.sql"))
        {
            using var session = new TestSession(new SltLeg(1, 4096, null, 1 << 20));
            PlanResult plan = session.Plan(File.ReadAllText(file), Path.GetFileName(file));
            Assert.True(plan.IsSuccess, TestSession.Errors(plan));
        }
    }

    [Fact]
    public void The_table_of_snippets_is_up_to_date()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } folder)
        {
            output.WriteLine($"{Variable} names no folder: nothing was read.");
            return;
        }

        List<(string Page, int Number, string Verdict)> rows = [];
        foreach (string path in Directory.GetFiles(folder, "*.md").Order(StringComparer.Ordinal))
        {
            int number = 0;
            foreach (string block in DocumentationBlocks.Blocks(path))
            {
                string text = DocumentationBlocks.Terminal(block);
                rows.Add((Path.GetFileNameWithoutExtension(path), ++number, Judge(path, text)));
            }
        }

        string table = Table(rows);
        output.WriteLine(table);
        string file = Path.Combine(s_folder, "README.md");
        if (Environment.GetEnvironmentVariable("COLUMNSTREAM_ACCEPT") == "1")
        {
            File.WriteAllText(file, table);
        }

        Assert.Equal(File.ReadAllText(file), table);
    }

    /// <summary>Says what becomes of a block: it runs, is refused with a code, or is no statement.</summary>
    private static string Judge(string path, string block)
    {
        string text = Filled(block);
        ParseResult parsed = SqlParser.Parse(text);
        SqlDiagnostic? wrong = parsed.Diagnostics.FirstOrDefault(
            d => d.Code != SyntaxErrorCode.MissingSemicolon || parsed.Statements.Count < 2);
        if (wrong is not null && (DocumentationBlocks.IsGrammar(block) || parsed.Statements.IsEmpty))
        {
            return "no statement";
        }

        if (wrong is not null)
        {
            return $"CST{wrong.Code}: {Shorten(wrong.Message)}";
        }

        using var session = new TestSession(new SltLeg(1, 4096, null, 1 << 20));
        string tables = Path.Combine(s_folder, Path.GetFileNameWithoutExtension(path) + ".sql");
        if (File.Exists(tables))
        {
            Assert.True(session.Plan(File.ReadAllText(tables)).IsSuccess, tables);
        }

        foreach (Statement statement in parsed.Statements)
        {
            string one = SqlPrinter.Print(statement);
            if (statement is CreateTableStatement or CreateViewStatement)
            {
                string name = CreatedName().Match(one).Groups["name"].Value;
                string kind = statement is CreateViewStatement ? "VIEW" : "TABLE";
                session.Plan($"DROP {kind} IF EXISTS {name}");
            }

            PlanResult plan = session.Plan(one);
            if (!plan.IsSuccess)
            {
                return $"CST{plan.Errors[0].Code}: {Shorten(plan.Errors[0].Message)}";
            }

            foreach (PlannedJob job in plan.Statements.OfType<PlannedJob>())
            {
                var running = session.Start(job, "snippet");
                if (!running.Wait(20_000))
                {
                    running.Cancel();
                    return "does not end";
                }

                if (running.Failure is not null)
                {
                    return $"fails: {Shorten(running.Failure.Message)}";
                }
            }
        }

        return "runs";
    }

    /// <summary>Puts options in the place of elided or foreign ones, so that a table gives a few rows of anything.</summary>
    private static string Filled(string block)
    {
        string text = Options().Replace(block, "WITH ('connector' = 'datagen', 'number-of-rows' = '9')");
        return text.Contains("...", StringComparison.Ordinal) ? DocumentationBlocks.Elided(text) : text;
    }

    private static string Table(List<(string Page, int Number, string Verdict)> rows)
    {
        StringBuilder text = new();
        text.AppendLine("# Snippets of Flink's query documentation");
        text.AppendLine();
        text.AppendLine("Written by `FlinkQueryDocsTests` from the pages that `COLUMNSTREAM_FLINK_DOCS` names (apache/flink,");
        text.AppendLine("`docs/content/docs/dev/table/sql/queries`; not kept here). A snippet runs when all its statements plan and its jobs end;");
        text.AppendLine("tables that it does not create are declared in `<page>.sql`, options of those that it creates are replaced. The rest is");
        text.AppendLine("refused by the code shown, or is grammar, part of a statement or output.");
        text.AppendLine();
        text.AppendLine("| page | snippets | run | refused | no statement | codes |");
        text.AppendLine("|---|---|---|---|---|---|");
        foreach (var page in rows.GroupBy(r => r.Page).Append(rows.GroupBy(_ => "all").First()))
        {
            int runs = page.Count(r => r.Verdict == "runs");
            int none = page.Count(r => r.Verdict == "no statement");
            string codes = string.Join(", ", page.Where(r => r.Verdict is not ("runs" or "no statement"))
                .GroupBy(r => r.Verdict.Split(':')[0]).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Key} × {g.Count()}"));
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {page.Key} | {page.Count()} | {runs} | {page.Count() - runs - none} | {none} | {codes} |");
        }

        text.AppendLine();
        text.AppendLine("What does not run, by the number of the block on its page:");
        text.AppendLine();
        text.AppendLine("| page | block | why |");
        text.AppendLine("|---|---|---|");
        foreach (var row in rows.Where(r => r.Verdict is not ("runs" or "no statement")))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {row.Page} | {row.Number} | {Cell(row.Verdict)} |");
        }

        return text.ToString().Replace("\r\n", "\n", StringComparison.Ordinal);
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    /// <summary>Cuts a message.</summary>
    private static string Shorten(string text)
    {
        string line = Blanks().Replace(Comment().Replace(text, " "), " ").Trim();
        return line.Length <= 100 ? line : line[..100] + "…";
    }

    [GeneratedRegex(@"WITH\s*\(\s*(\.\.\.|/\*.*?\*/|'connector[^)]*?)\s*\)", RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex Options();

    [GeneratedRegex(@"(TABLE|VIEW)\s+(IF NOT EXISTS\s+)?(?<name>\S+)")]
    private static partial Regex CreatedName();

    [GeneratedRegex(@"--[^\n]*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
