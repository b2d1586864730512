using System;
using System.Collections;
using System.Collections.Generic;
using System.Reflection;
using ColumnStream.Sql;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Expressions;
using ColumnStream.Sql.Parsing;

namespace ColumnStream.Fuzz.Plants;

/// <summary>Stands before the parser and behind the printer, with one bug each.</summary>
internal static class PlantedSql
{
    /// <summary>Does what a parser would do that recursed without limit or whose recovery stood still.</summary>
    public static void BeforeParsing(int plant, string text)
    {
        if (plant is not (4 or 5))
        {
            return;
        }

        List<Token> tokens = new Lexer(text, []).Read();
        for (int i = 0; i + 6 < tokens.Count; i++)
        {
            if (plant == 4 && tokens[i].Kind == TokenKind.OpenParenthesis && CaseDepth(tokens, i) >= 3)
            {
                Descend(tokens, i);
            }

            if (plant == 5 && tokens[i].Text == "ARRAY" && tokens[i + 1].Kind == TokenKind.LessThan && tokens[i + 2].Text == "ROW"
                && ClosesTwice(tokens, i + 3))
            {
                int at = i;
                while (tokens[at].Kind != TokenKind.EndOfScript)
                {
                    at = i;
                }
            }
        }
    }

    /// <summary>Gives the text of a printer that forgets parentheses behind a minus.</summary>
    public static string Printed(int plant, SqlNode tree, string text)
    {
        if (plant != 3)
        {
            return text;
        }

        foreach (SqlNode node in Nodes(tree))
        {
            if (node is BinaryExpression { Operator: BinaryOperator.Subtract, Right: BinaryExpression { Operator: BinaryOperator.Subtract } right } outer)
            {
                string wrong = $"{SqlPrinter.Print(outer.Left)} - {SqlPrinter.Print(right)}";
                return text.Replace(SqlPrinter.Print(outer), wrong, StringComparison.Ordinal);
            }
        }

        return text;
    }

    private static int CaseDepth(List<Token> tokens, int at)
    {
        int depth = 0;
        while (at + 2 < tokens.Count && tokens[at].Kind == TokenKind.OpenParenthesis && tokens[at + 1].Text == "CASE" && tokens[at + 2].Text == "WHEN")
        {
            depth++;
            at += 3;
        }

        return depth;
    }

    private static int Descend(List<Token> tokens, int at) =>
        tokens[at].Kind == TokenKind.OpenParenthesis ? 1 + Descend(tokens, at) : 0;

    private static bool ClosesTwice(List<Token> tokens, int from)
    {
        for (int i = from; i + 1 < Math.Min(tokens.Count, from + 8); i++)
        {
            if (tokens[i].Kind == TokenKind.GreaterThan && tokens[i + 1].Kind == TokenKind.GreaterThan)
            {
                return true;
            }
        }

        return false;
    }

    private static IEnumerable<SqlNode> Nodes(object? item)
    {
        if (item is SqlNode node)
        {
            yield return node;
            foreach (PropertyInfo property in node.GetType().GetProperties())
            {
                if (property.Name != "Span" && property.GetIndexParameters().Length == 0)
                {
                    foreach (SqlNode child in Nodes(property.GetValue(node)))
                    {
                        yield return child;
                    }
                }
            }
        }
        else if (item is IEnumerable items and not string)
        {
            foreach (object? child in items)
            {
                foreach (SqlNode below in Nodes(child))
                {
                    yield return below;
                }
            }
        }
    }
}
