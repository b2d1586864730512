using System.Collections.Generic;
using System.Linq;
using ColumnStream.Sql.Ast;

namespace ColumnStream.Sql.Parsing;

/// <summary>Reads names.</summary>
internal sealed class NameParser(TokenCursor cursor)
{
    /// <summary>Says whether <paramref name="token"/> can be a name: quoted, or a word that is not reserved.</summary>
    public static bool IsName(Token token) =>
        token.Kind == TokenKind.QuotedName || (token.Kind == TokenKind.Word && !Keywords.IsReserved(token.Text!));

    /// <summary>Reads one name; <paramref name="what"/> names it in errors, as in "a column name".</summary>
    public Identifier Identifier(string what)
    {
        Token token = cursor.Current;
        if (!IsName(token))
        {
            throw NotAName(token, what);
        }

        cursor.Next();
        return Make(token);
    }

    /// <summary>Reads a name with dots.</summary>
    public QualifiedName Qualified(string what)
    {
        int start = cursor.Current.Start;
        List<Identifier> parts = [Identifier(what)];
        while (cursor.Accept(TokenKind.Dot))
        {
            parts.Add(Identifier("a name behind the dot"));
        }

        return new QualifiedName([.. parts]) { Span = cursor.SpanFrom(start) };
    }

    /// <summary>Makes an identifier of a word or a quoted name, reserved or not.</summary>
    public Identifier Make(Token token) =>
        new(token.Kind == TokenKind.QuotedName ? token.Text! : cursor.Text(token)) { Span = token.Span };

    /// <summary>Words the error of a token that is not a name, and says how to quote a reserved word.</summary>
    public SyntaxException NotAName(Token token, string what)
    {
        if (token.Kind != TokenKind.Word || Keywords.Clauses.Contains(token.Text))
        {
            return cursor.Unexpected(what);
        }

        string text = cursor.Text(token);
        return cursor.Error(SyntaxErrorCode.ReservedWord, $"Expected {what}. Found the reserved word '{text}'.", token.Span,
            $"Write it in backquotes: `{text}`.");
    }
}
