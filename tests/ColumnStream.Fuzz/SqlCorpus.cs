using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using ColumnStream.Sql;
using ColumnStream.Sql.Parsing;
using ColumnStream.Testing.Sql;

namespace ColumnStream.Fuzz;

/// <summary>Holds texts to mutate, cut into tokens: examples, the statements of SQL test files, and random trees.</summary>
internal sealed class SqlCorpus
{
    private const int RandomTexts = 400;
    private const int MostTokens = 1_500;

    private SqlCorpus()
    {
    }

    /// <summary>Gets every text as its tokens.</summary>
    public List<string[]> Texts { get; } = [];

    /// <summary>Gets the tokens of all texts, by kind; words of the grammar are left out.</summary>
    public Dictionary<TokenKind, List<string>> TokensByKind { get; } = [];

    public static SqlCorpus Load()
    {
        var corpus = new SqlCorpus();
        string root = Root();
        foreach (string path in Files(Path.Combine(root, "examples"), "*.sql"))
        {
            corpus.Add(File.ReadAllText(path));
        }

        foreach (string path in Files(Path.Combine(root, "tests", "sql"), "*.slt"))
        {
            foreach (string statement in Statements(File.ReadAllLines(path)))
            {
                corpus.Add(statement);
            }
        }

        var generator = new StatementGenerator(new Random(1));
        for (int i = 0; i < RandomTexts; i++)
        {
            corpus.Add(SqlPrinter.Print(generator.Statement()));
        }

        return corpus;
    }

    /// <summary>Cuts a text into tokens; blanks and comments are left out.</summary>
    public static string[] Cut(string text, Dictionary<TokenKind, List<string>>? byKind = null)
    {
        var tokens = new List<string>();
        foreach (Token token in new Lexer(text, []).Read())
        {
            if (token.Kind != TokenKind.EndOfScript)
            {
                string word = text.Substring(token.Start, token.Length);
                tokens.Add(word);
                bool isGrammar = token.Kind == TokenKind.Word && Keywords.IsReserved(token.Text!);
                if (byKind is not null && !isGrammar)
                {
                    if (!byKind.TryGetValue(token.Kind, out List<string>? words))
                    {
                        byKind[token.Kind] = words = [];
                    }

                    words.Add(word);
                }
            }
        }

        return [.. tokens];
    }

    private static string[] Files(string folder, string pattern)
    {
        string[] files = Directory.Exists(folder) ? Directory.GetFiles(folder, pattern, SearchOption.AllDirectories) : [];
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    /// <summary>Gives the statements of a test file: what stands between a directive and its rows.</summary>
    private static IEnumerable<string> Statements(string[] lines)
    {
        var text = new StringBuilder();
        bool isIn = false;
        foreach (string line in (string[])[.. lines, string.Empty])
        {
            bool ends = line.Length == 0 || line[0] is '>' or '<' || line.StartsWith("----", StringComparison.Ordinal);
            if (isIn && ends)
            {
                yield return text.ToString();
                isIn = false;
            }
            else if (isIn)
            {
                text.AppendLine(line);
            }
            else if (line.StartsWith("statement", StringComparison.Ordinal) || line.StartsWith("query", StringComparison.Ordinal))
            {
                text.Clear();
                isIn = true;
            }
            else if (line.StartsWith("stream ", StringComparison.Ordinal))
            {
                text.Clear().AppendLine(line["stream ".Length..]);
                isIn = true;
            }
        }
    }

    private static string Root()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "ColumnStream.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("ColumnStream.sln not found.");
        }

        return folder;
    }

    private void Add(string text)
    {
        string[] tokens = Cut(text, TokensByKind);
        if (tokens.Length is > 0 and <= MostTokens)
        {
            Texts.Add(tokens);
        }
    }
}
