using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;

namespace ColumnStream.Testing.Sql;

/// <summary>Takes the SQL blocks out of a page of documentation, and out of a block what is no SQL.</summary>
public static partial class DocumentationBlocks
{
    /// <summary>Puts something in the place of three dots: options, columns, a table, a query.</summary>
    public static string Elided(string block)
    {
        (string Pattern, string Replacement)[] rules =
        [
            (@"\. \. \.", "..."),
            (@"(?i)WITH\s*\(\s*\.\.\.\s*\)", "WITH ('k' = 'v')"),
            (@"(?i)TABLE\s+(\w+)\s*\(\s*\.\.\.\s*\)", "TABLE $1 (a INT)"),
            (@",\s*(--[^\n]*\n\s*)?\.\.\.(?=\s*(\)|FROM|\*/))", " "),
            (@"\(\s*\.\.\.\s*,?(?=\s*[^)\s])", "("),
            (@"\.\.\.\s*\)", ")"),
            (@"(?i)FUNCTION (\w+) AS \.\.\.", "FUNCTION $1 AS 'c'"),
            (@"(?i)\bON\s*\.\.\.", "ON TRUE"),
            (@"(?i)\bFROM\s+\.\.\.", "FROM t"),
            (@"(?i)\bSELECT\s+\.\.\.", "SELECT *"),
            (@"(?i)\bINTO\s+\.\.\.", "INTO t SELECT 1"),
            (@"(?i)(MATERIALIZED TABLE(?s:.)*?)\n\s*\.\.\.\s*$", "$1 AS SELECT 1"),
            (@"\n\s*\.\.\.", "\n"),
        ];
        return rules.Aggregate(block, (text, rule) => Regex.Replace(text, rule.Pattern, rule.Replacement));
    }

    /// <summary>Takes away what a terminal prints between statements: notes, lists of names, tables with their heads.</summary>
    public static string Terminal(string block)
    {
        List<string> kept = [];
        bool isTable = false;
        foreach (string line in block.Split('\n'))
        {
            if (Ruler().IsMatch(line))
            {
                isTable = true;
                while (kept.Count > 0 && kept[^1].Trim().Length > 0 && !kept[^1].TrimEnd().EndsWith(';'))
                {
                    kept.RemoveAt(kept.Count - 1);
                }
            }

            isTable &= line.Trim().Length > 0;
            if (!isTable && !Printed().IsMatch(line) && !(block.Contains("[INFO]", StringComparison.Ordinal) && Word().IsMatch(line)))
            {
                kept.Add(line);
            }
        }

        return string.Join('\n', kept);
    }

    /// <summary>Says whether a block shows a rule and no statement: placeholders in brackets, alternatives, dots.</summary>
    public static bool IsGrammar(string block) => 
        Notation().IsMatch(Strings().Replace(Comments().Replace(block, string.Empty), "''"));

    /// <summary>Returns the blocks of a page, prompts taken away; of a program those strings that are SQL.</summary>
    public static List<string> Blocks(string path)
    {
        string text = File.ReadAllText(path);
        if (path.EndsWith(".sql", StringComparison.Ordinal))
        {
            return [text];
        }

        List<string> blocks = [];
        blocks.AddRange(Fenced().Matches(text).Select(match => match.Groups["sql"].Value));
        blocks.AddRange(Highlighted().Matches(text).Select(match => match.Groups["sql"].Value));
        blocks.AddRange(Calls().Matches(text)
            .Select(match => match.Groups["sql"].Value)
            .Select(call => string.Concat(Pieces().Matches(call).Select(piece => Unescape(piece.Groups["text"].Value))))
            .Where(sql => Statement().IsMatch(sql)));
        return [.. blocks.Select(Prompts).Where(block => block.Trim().Length > 0)];
    }

    /// <summary>Takes away the prompts of a terminal.</summary>
    private static string Prompts(string block) => Prompt().Replace(block, string.Empty);

    private static string Unescape(string text) => text.Replace("\\\"", "\"", StringComparison.Ordinal)
        .Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\'", "'", StringComparison.Ordinal);

    [GeneratedRegex(@"```\s*(sql|SQL)[^\n]*\n(?<sql>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Fenced();

    [GeneratedRegex(@"\{\{<\s*highlight\s+""?sql""?\s*>\}\}(?<sql>.*?)\{\{<\s*/\s*highlight\s*>\}\}", RegexOptions.Singleline)]
    private static partial Regex Highlighted();

    [GeneratedRegex(@"(executeSql|execute_sql|sqlQuery|sql_query|explainSql|addInsertSql)\(\s*(?<sql>(""""""(.*?)""""""|(\s*\+?\s*""(\\.|[^""\\\n])*"")+))", RegexOptions.Singleline)]
    private static partial Regex Calls();

    [GeneratedRegex("(\"\"\"(?<text>.*?)\"\"\"|\"(?<text>(\\\\.|[^\"\\\\])*)\")", RegexOptions.Singleline)]
    private static partial Regex Pieces();

    [GeneratedRegex(@"^\s*[=+\-|][=+\-| ]*[=+\-|]\s*$")]
    private static partial Regex Ruler();

    [GeneratedRegex(@"^\s*(?!(END|BEGIN|SELECT|FROM|WHERE|SET|AS|WITH)\b)[A-Za-z_0-9]+\s*$")]
    private static partial Regex Word();

    [GeneratedRegex(@"^\s*([+|].*|={3,}.*|-{3,}.*|\d+ rows? in set.*|Received.*|Empty set.*|OK[.]?|\[INFO\].*|!ok)$")]
    private static partial Regex Printed();

    [GeneratedRegex(@"^\s*(SELECT|INSERT|CREATE|DROP|ALTER|WITH|SHOW|DESCRIBE|USE|EXPLAIN|SET|DELETE|UPDATE|CALL)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Statement();

    [GeneratedRegex(@"^(Flink SQL|sql-client|mysql|hive|\d\d:\d\d)?(\[[^\]]*\])?> ", RegexOptions.Multiline)]
    private static partial Regex Prompt();

    [GeneratedRegex(@"--[^\n]*|//[^\n]*|/\*[^+].*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comments();

    [GeneratedRegex(@"'(''|[^'])*'")]
    private static partial Regex Strings();

    [GeneratedRegex(@"\[\[|\[[a-z_]+\.?\]|\.\.\.|\. \. \.|\[\s*[A-Z(,<]|\]\s*\[|<[a-z_]+>|\{\s*[A-Za-z<]+[^}]*\||\|\s*<|::=")]
    private static partial Regex Notation();
}
