using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using ColumnStream.Sql;
using ColumnStream.Sql.Parsing;
using ColumnStream.Testing.Sql;

namespace ColumnStream.Fuzz;

/// <summary>Makes scripts that are nearly right: swaps tokens of one kind, moves and nests groups, cuts and joins.</summary>
internal sealed class SqlMutator(Random random, SqlCorpus corpus)
{
    private const int MostTokens = 4_000;

    private static readonly (string[] Open, string[] Close)[] s_wraps =
    [
        (["("], [")"]),
        (["f", "("], [")"]),
        (["(", "CASE", "WHEN"], ["IS", "NULL", "THEN", "1", "ELSE", "2", "END", ")"]),
        (["CASE", "WHEN", "a", "THEN"], ["END"]),
        (["CAST", "("], ["AS", "ARRAY", "<", "ROW", "<", "x", "INT", ">", ">", ")"]),
        (["CAST", "("], ["AS", "DECIMAL", "(", "38", ",", "9", ")", ")"]),
        (["(", "SELECT"], [")"]),
        (["NOT", "("], [")"]),
        (["-", "("], [")"]),
        (["a", "-", "("], ["-", "b", ")"]),
        (["a", "*", "("], ["+", "b", ")"]),
        (["ARRAY", "["], ["]"]),
        (["a", "["], ["]"]),
        (["("], ["BETWEEN", "1", "AND", "2", ")"]),
        (["("], ["IN", "(", "1", ",", "2", ")", ")"]),
        (["COUNT", "(", "DISTINCT"], [")", "FILTER", "(", "WHERE", "a", ")"]),
        (["SUM", "("], [")", "OVER", "(", "PARTITION", "BY", "a", "ORDER", "BY", "b", ")"]),
    ];

    private static readonly string[] s_hostile =
    [
        "''", "'it''s'", "'\0'", "'\ud83d\ude00'", "'\ud83d'", "'", "`", "\"", "`a``b`", "``", "X'0'", "X'ZZ'", "U&'\\00e9'", "U&'\\zz'",
        "9223372036854775807", "9223372036854775808", "99999999999999999999999999999999999999", "1e308", "1e999", "1e-400", ".5", "0.", "00",
        "/*", "*/", "/*+", "--", "//", ";", "(", ")", "[", "]", "<", ">", "<>", "!=", "||", "=>", "?", ":", "@", "#", "\\", "中文", "é", "İ",
        "\u200b", "\0", "\uffff", "NULL", "SELECT", "FROM", "WHERE", "CASE", "END", "AS", "WITH", "ORDER", "OVER", "INTERVAL", "ROW", "ARRAY",
    ];

    /// <summary>Draws one script.</summary>
    public string Script()
    {
        List<string> tokens = [.. Text()];
        if (random.Next(12) == 0)
        {
            tokens.Add(";");
            tokens.AddRange(Text());
        }

        // Most changes keep the grammar: those cases reach the printer, the others the recovery from errors.
        for (int n = 1 + (random.Next(3) * random.Next(2)); n > 0; n--)
        {
            int kind = random.Next(20);
            if (kind < 15)
            {
                ChangeInStyle(tokens, kind);
            }
            else if (random.Next(2) == 0)
            {
                ChangeAgainstGrammar(tokens);
            }
        }

        string script = Join(tokens);
        return random.Next(20) == 0 ? ChangeLetter(script) : script;
    }

    private string[] Text() => random.Next(3) == 0
        ? SqlCorpus.Cut(SqlPrinter.Print(new StatementGenerator(random).Statement()))
        : corpus.Texts[random.Next(corpus.Texts.Count)];

    private void ChangeInStyle(List<string> tokens, int kind)
    {
        int at = random.Next(tokens.Count);
        switch (kind)
        {
            case < 7:
                tokens[at] = SameKind(tokens[at]);
                break;
            case < 9:
                ReplaceGroup(tokens);
                break;
            case < 13:
                Wrap(tokens, Operand(tokens), random.Next(4) > 0 ? 1 : random.Next(60) == 0 ? 300 : random.Next(1, 12));
                break;
            default:
                Chain(tokens, Operand(tokens));
                break;
        }
    }

    private void ChangeAgainstGrammar(List<string> tokens)
    {
        int at = random.Next(tokens.Count);
        switch (random.Next(6))
        {
            case 0 when tokens.Count > 1:
                tokens.RemoveRange(at, Math.Min(random.Next(1, 4), tokens.Count - at));
                break;
            case 1:
                tokens.Insert(at, tokens[random.Next(tokens.Count)]);
                break;
            case 2:
                int other = random.Next(tokens.Count);
                (tokens[at], tokens[other]) = (tokens[other], tokens[at]);
                break;
            case 3:
                string[] text = Text();
                int from = random.Next(text.Length);
                tokens.InsertRange(at, text[from..Math.Min(text.Length, from + random.Next(1, 12))]);
                break;
            case 4 when at > 0:
                tokens.RemoveRange(at, tokens.Count - at);
                break;
            default:
                tokens[at] = s_hostile[random.Next(s_hostile.Length)];
                break;
        }

        if (tokens.Count == 0)
        {
            tokens.Add(";");
        }
    }

    /// <summary>Draws another token of the same kind; words of the grammar mostly stay.</summary>
    private string SameKind(string token)
    {
        TokenKind kind = new Lexer(token, []).Read()[0].Kind;
        if (kind == TokenKind.Word && (Keywords.IsReserved(token.ToUpperInvariant()) || random.Next(2) == 0))
        {
            return random.Next(30) == 0 ? s_hostile[random.Next(s_hostile.Length)] : token;
        }

        kind = kind switch
        {
            >= TokenKind.Plus and <= TokenKind.Concat => (TokenKind)random.Next((int)TokenKind.Plus, (int)TokenKind.Concat + 1),
            >= TokenKind.Equal and <= TokenKind.GreaterThanOrEqual =>
                (TokenKind)random.Next((int)TokenKind.Equal, (int)TokenKind.GreaterThanOrEqual + 1),
            TokenKind.Integer or TokenKind.Decimal when random.Next(4) == 0 => TokenKind.Approximate,
            _ => kind,
        };
        return corpus.TokensByKind.TryGetValue(kind, out List<string>? words) ? words[random.Next(words.Count)] : token;
    }

    /// <summary>Puts a group in parentheses from elsewhere in place of one here.</summary>
    private void ReplaceGroup(List<string> tokens)
    {
        (int start, int end) = Group(tokens);
        string[] text = Text();
        (int from, int to) = Group(text);
        if (end > start && to > from)
        {
            tokens.RemoveRange(start, end - start);
            tokens.InsertRange(start, text[from..to]);
        }
    }

    /// <summary>Finds an operand: a group in parentheses with the name before it, or one name or literal.</summary>
    private (int Start, int End) Operand(List<string> tokens)
    {
        if (random.Next(2) == 0)
        {
            (int start, int end) = Group(tokens);
            if (end > start)
            {
                bool isCall = start > 0 && char.IsLetter(tokens[start - 1][0]) && !Keywords.IsReserved(tokens[start - 1].ToUpperInvariant());
                return (isCall ? start - 1 : start, end);
            }
        }

        for (int tries = 0; tries < 8; tries++)
        {
            int at = random.Next(tokens.Count);
            char first = tokens[at][0];
            bool isName = first == '`' || (char.IsLetter(first) && !Keywords.IsReserved(tokens[at].ToUpperInvariant()));
            bool follows = at > 0 && tokens[at - 1] is "SELECT" or "," or "(" or "+" or "-" or "*" or "=" or "AND" or "OR" or "WHEN" or "THEN" or "ON" or "WHERE";
            if (follows && (isName || char.IsDigit(first) || first == '\''))
            {
                return (at, at + 1);
            }
        }

        int any = random.Next(tokens.Count);
        return (any, any + 1);
    }

    private (int Start, int End) Group(IReadOnlyList<string> tokens)
    {
        int first = random.Next(tokens.Count);
        for (int start = first; start < tokens.Count; start++)
        {
            if (tokens[start] == "(")
            {
                int depth = 0;
                for (int end = start; end < tokens.Count; end++)
                {
                    depth += tokens[end] == "(" ? 1 : tokens[end] == ")" ? -1 : 0;
                    if (depth == 0)
                    {
                        return (start, end + 1);
                    }
                }
            }
        }

        return (0, 0);
    }

    private void Wrap(List<string> tokens, (int Start, int End) operand, int times)
    {
        (string[] open, string[] close) = s_wraps[random.Next(s_wraps.Length)];
        times = Math.Min(times, (MostTokens - tokens.Count) / (open.Length + close.Length));
        if (times > 0)
        {
            tokens.InsertRange(operand.End, Enumerable.Repeat(close, times).SelectMany(t => t));
            tokens.InsertRange(operand.Start, Enumerable.Repeat(open, times).SelectMany(t => t));
        }
    }

    private void Chain(List<string> tokens, (int Start, int End) operand)
    {
        string link = (string[])["+", "-", "*", "/", "%", "||", "AND", "OR", "=", "<", ","] is var links ? links[random.Next(links.Length)] : "+";
        List<string> piece = [link, .. tokens.GetRange(operand.Start, operand.End - operand.Start)];
        int times = random.Next(60) == 0 ? 500 : random.Next(1, 6);
        times = Math.Min(times, (MostTokens - tokens.Count) / piece.Count);
        for (int i = 0; i < times; i++)
        {
            tokens.InsertRange(operand.End, piece);
        }
    }

    private string Join(List<string> tokens)
    {
        var text = new StringBuilder();
        for (int i = 0; i < tokens.Count; i++)
        {
            text.Append(tokens[i]);
            int kind = random.Next(200);
            text.Append(kind switch
            {
                0 => "\n",
                1 => " /* a\n * b */ ",
                2 => " -- c\n",
                3 => string.Empty,
                4 => "\t\r\n",
                _ => " ",
            });
        }

        return text.ToString();
    }

    private string ChangeLetter(string script)
    {
        int at = random.Next(script.Length);
        return random.Next(3) switch
        {
            0 => script[..at],
            1 => script.Remove(at, 1),
            _ => script[..at] + (char)(random.Next(2) == 0 ? random.Next(128) : random.Next(0x10000)) + script[(at + 1)..],
        };
    }
}
