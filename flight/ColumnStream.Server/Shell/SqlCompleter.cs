using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Connectors;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Options;
using ColumnStream.Planner.Catalogs;
using ColumnStream.Planner.Functions;
using ColumnStream.Sql;

namespace ColumnStream.Server.Shell;

/// <summary>Proposes what may stand at the cursor: keywords, tables, columns, functions, options, connectors, formats.</summary>
internal sealed class SqlCompleter(Catalog catalog, ConnectorRegistry connectors)
{
    private static readonly string[] Commands = ["help", "quit", "exit", "clear"];
    private static readonly string[] BeforeTable =
        ["FROM", "JOIN", "INTO", "OVERWRITE", "TABLE", "VIEW", "DESCRIBE", "DESC", "UPDATE", "EXISTS"];

    /// <summary>Proposes whole words for the one that ends at the cursor.</summary>
    public Completion Complete(string text, int cursor)
    {
        List<Word> words = Words(text[..cursor], out bool isInString);
        int begin = words.FindLastIndex(w => w.Text == ";") + 1;
        words = words[begin..];
        if (isInString)
        {
            Word open = words[^1];
            return new Completion(open.Start + 1, Matching(Options(words), open.Text));
        }

        bool isWord = words.Count > 0 && words[^1].End == cursor && IsWord(words[^1].Text);
        string typed = isWord ? words[^1].Text : string.Empty;
        int start = cursor - typed.Length;
        List<Word> before = isWord ? words[..^1] : words;
        return new Completion(start, Matching(Proposals(before, typed, text), typed));
    }

    private static bool IsWord(string text) => text.Length > 0 && (char.IsLetterOrDigit(text[0]) || text[0] == '_');

    private static List<string> Matching(IEnumerable<string> items, string typed) =>
    [
        .. items.Where(i => i.StartsWith(typed, StringComparison.OrdinalIgnoreCase)).Distinct(StringComparer.Ordinal)
            .OrderBy(i => i, StringComparer.OrdinalIgnoreCase),
    ];

    private IEnumerable<string> Proposals(List<Word> before, string typed, string text)
    {
        if (before.Count == 0)
        {
            return Cased(SqlWords.Statements, typed).Concat(Commands);
        }

        string last = before[^1].Text.ToUpperInvariant();
        if (before.Count == 1 && last == "HELP")
        {
            return FunctionCatalog.CallableNames;
        }

        if (last == "." && before.Count > 1)
        {
            return Behind(before[^2].Text, text);
        }

        if (BeforeTable.Contains(last) && !(before[0].Text.Equals("CREATE", StringComparison.OrdinalIgnoreCase) && last != "FROM"))
        {
            return Tables().Concat(last is "DESCRIBE" or "DESC" ? [] : Cased(["TABLE", "LATERAL"], typed));
        }

        string first = before[0].Text.ToUpperInvariant();
        if (first == "USE" && before.Count == 1)
        {
            return Databases().Select(Quoted).Concat(Cased(["CATALOG"], typed));
        }

        if (first == "USE" && last == "CATALOG")
        {
            return catalog.Catalogs.Keys.Select(Quoted);
        }

        if (first == "SHOW" && before.Count == 1)
        {
            return Cased(
                ["CATALOGS", "COLUMNS FROM", "CREATE TABLE", "CREATE VIEW", "CURRENT CATALOG", "CURRENT DATABASE", "DATABASES",
                "FUNCTIONS", "TABLES", "USER FUNCTIONS", "VIEWS"],
                typed, " ");
        }

        return Columns(text).Concat(FunctionCatalog.CallableNames.Select(n => Cased(n, typed) + "("))
            .Concat(Cased(SqlWords.All, typed));
    }

    private IEnumerable<string> Tables() => catalog.In(catalog.CurrentCatalog, catalog.CurrentDatabase)
        .Select(o => Quoted(o.Name.Name))
        .Concat(Databases().Where(d => d != catalog.CurrentDatabase).Select(d => Quoted(d) + "."))
        .Concat(catalog.SystemTables().Select(t => $"sys.{t.Name.Name}"));

    private IEnumerable<string> Databases() =>
        catalog.Catalogs.TryGetValue(catalog.CurrentCatalog, out NamedCatalog? current) ? current.Databases.Keys : [];

    /// <summary>Returns the columns of a table or alias, or the tables of <c>sys</c>.</summary>
    private IEnumerable<string> Behind(string name, string text)
    {
        if (name.Equals(Catalog.SystemDatabase, StringComparison.OrdinalIgnoreCase))
        {
            return catalog.SystemTables().Select(t => t.Name.Name);
        }

        if (Databases().Contains(Bare(name)))
        {
            return catalog.In(catalog.CurrentCatalog, Bare(name)).Select(o => Quoted(o.Name.Name));
        }

        foreach ((string table, string alias) in Mentioned(text))
        {
            if (alias.Equals(name, StringComparison.OrdinalIgnoreCase) || table == name)
            {
                return ColumnsOf(table);
            }
        }

        return [];
    }

    private IEnumerable<string> Columns(string text) => Mentioned(text).SelectMany(m => ColumnsOf(m.Table))
        .Concat(Mentioned(text).Select(m => m.Alias).Where(a => a.Length > 0));

    private IEnumerable<string> ColumnsOf(string table)
    {
        CatalogObject? found = table.StartsWith("sys.", StringComparison.Ordinal)
            ? catalog.FindSystem(table[4..])
            : catalog.Find(new ObjectName(catalog.CurrentCatalog, catalog.CurrentDatabase, table));
        IEnumerable<string> names = found switch
        {
            CatalogTable known => known.Columns.Select(c => c.Name),
            CatalogView view => view.Columns.Select(c => c.Name),
            _ => [],
        };
        return names.Select(Quoted);
    }

    /// <summary>Returns the tables behind FROM, JOIN and INTO, with their aliases.</summary>
    private static List<(string Table, string Alias)> Mentioned(string text)
    {
        List<Word> words = Words(text, out _);
        List<(string, string)> found = [];
        for (int i = 0; i + 1 < words.Count; i++)
        {
            if (words[i].Text.ToUpperInvariant() is not ("FROM" or "JOIN" or "INTO" or ",") || !IsName(words[i + 1].Text))
            {
                continue;
            }

            int at = i + 1;
            string table = Bare(words[at].Text);
            while (at + 2 < words.Count && words[at + 1].Text == ".")
            {
                at += 2;
                table = table == Catalog.SystemDatabase ? $"sys.{Bare(words[at].Text)}" : Bare(words[at].Text);
            }

            int next = at + 1;
            next += next < words.Count && words[next].Text.Equals("AS", StringComparison.OrdinalIgnoreCase) ? 1 : 0;
            bool hasAlias = next < words.Count && IsName(words[next].Text)
                && !SqlWords.All.Contains(words[next].Text.ToUpperInvariant());
            found.Add((table, hasAlias ? Bare(words[next].Text) : string.Empty));
        }

        return found;
    }

    private static bool IsName(string text) => text.Length > 0 && (IsWord(text) || text[0] == '`');

    private static string Bare(string name) => name.Trim('`');

    /// <summary>Proposes what may stand in the string that is open: option keys, connectors, formats, values.</summary>
    private IEnumerable<string> Options(List<Word> words)
    {
        string first = words[0].Text.ToUpperInvariant();
        string before = words.Count > 1 ? words[^2].Text : string.Empty;
        if (first is "SET" or "RESET")
        {
            return words.Count == 2
                ? OptionTable.All.Select(o => o.Key)
                : Values(OptionTable.Find(words[1].Text));
        }

        if (before == "=" && words.Count > 2)
        {
            string key = words[^3].Text;
            return key switch
            {
                "connector" => connectors.Names.Where(n => n is not ("result" or "system")),
                _ when key.EndsWith("format", StringComparison.Ordinal) => FormatTable.All.Select(f => f.Name),
                _ => Values(ConnectorOptions(words).FirstOrDefault(o => o.Key == key)),
            };
        }

        return before is "(" or ","
            ? ConnectorOptions(words).Select(o => o.Key).Prepend("connector").Append("format")
            : [];
    }

    private static IEnumerable<string> Values(OptionDefinition? option) =>
        option?.Values?.Split('|') ?? (option?.Kind == OptionKind.Boolean ? ["true", "false"] : []);

    private IEnumerable<OptionDefinition> ConnectorOptions(List<Word> words)
    {
        int at = words.FindIndex(w => w.Text == "connector");
        Connector? connector = at >= 0 && at + 2 < words.Count ? connectors.Find(words[at + 2].Text) : null;
        return connector?.Options ?? [];
    }

    private static IEnumerable<string> Cased(IEnumerable<string> words, string typed, string behind = " ") =>
        words.Select(w => Cased(w, typed) + behind);

    private static string Cased(string word, string typed) =>
        typed.Length > 0 && typed.All(c => !char.IsUpper(c)) ? word.ToLowerInvariant() : word;

    private static string Quoted(string name) =>
        name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') && !SqlWords.All.Contains(name.ToUpperInvariant())
            ? name : $"`{name}`";

    /// <summary>Cuts text into words, strings without quotes, and single signs.</summary>
    private static List<Word> Words(string text, out bool isInString)
    {
        List<Word> words = [];
        isInString = false;
        for (int i = 0; i < text.Length;)
        {
            int past = StatementScanner.Skip(text, i);
            if (past > i)
            {
                bool isString = text[i] == '\'';
                isInString = isString && (past == i + 1 || text[past - 1] != '\'');
                if (text[i] is '\'' or '`' or '"')
                {
                    words.Add(new Word(isString ? text[(i + 1)..past].TrimEnd('\'') : text[i..past], i, past));
                }

                i = past;
            }
            else if (char.IsLetterOrDigit(text[i]) || text[i] == '_')
            {
                int start = i;
                while (i < text.Length && (char.IsLetterOrDigit(text[i]) || text[i] == '_'))
                {
                    i++;
                }

                words.Add(new Word(text[start..i], start, i));
            }
            else
            {
                if (!char.IsWhiteSpace(text[i]))
                {
                    words.Add(new Word(text[i].ToString(), i, i + 1));
                }

                i++;
            }
        }

        return words;
    }

    private readonly record struct Word(string Text, int Start, int End);
}
