using System.Collections.Generic;
using System.Linq;
using ColumnStream.Sql.Ast.Statements;

namespace ColumnStream.Sql.Parsing;

/// <summary>Reads a whole script: one statement after the other, going on behind the next semicolon after an error.</summary>
internal sealed class ScriptParser(SourceText source)
{
    public ParseResult Parse()
    {
        List<SqlDiagnostic> diagnostics = [];
        if (source.Text.Length > SqlLimits.MaxScriptLength)
        {
            string message = $"Script is too long: {source.Text.Length} characters, limit {SqlLimits.MaxScriptLength}.";
            diagnostics.Add(new SqlDiagnostic(SyntaxErrorCode.ScriptTooLong, message, default));
            return new ParseResult(source, [], [.. diagnostics]);
        }

        List<Token> tokens = new Lexer(source.Text, diagnostics).Read();
        TokenCursor cursor = new(source, tokens, diagnostics);
        List<Statement> statements = ParseStatements(cursor, new Grammar(cursor));
        IEnumerable<SqlDiagnostic> ordered = diagnostics
            .Where(diagnostic => IsUnterminated(diagnostic) || !cursor.IsRawText(diagnostic.Span))
            .OrderBy(diagnostic => diagnostic.Span.Start);
        return new ParseResult(source, [.. statements], [.. ordered]) { ParameterCount = cursor.MostParameters };
    }

    private static List<Statement> ParseStatements(TokenCursor cursor, Grammar grammar)
    {
        List<Statement> statements = [];
        while (!cursor.IsAtEnd && !cursor.IsFull)
        {
            if (cursor.Accept(TokenKind.Semicolon))
            {
                continue;
            }

            try
            {
                cursor.BeginStatement();
                Statement statement = grammar.Statements.Parse();
                ExpectEnd(cursor);
                if (!cursor.IsBroken)
                {
                    statements.Add(statement);
                }
            }
            catch (SyntaxException error)
            {
                cursor.Report(error);
                cursor.SkipStatement();
            }
        }

        return statements;
    }

    private static bool IsUnterminated(SqlDiagnostic diagnostic) => diagnostic.Code is
        SyntaxErrorCode.UnterminatedString or SyntaxErrorCode.UnterminatedComment or SyntaxErrorCode.UnterminatedName;

    private static void ExpectEnd(TokenCursor cursor)
    {
        if (cursor.IsAtEnd || cursor.Accept(TokenKind.Semicolon))
        {
            return;
        }

        SyntaxException error = cursor.Unexpected("';' or the end of the script");
        bool isStatement = StatementStarts.IsLikely(cursor);
        if (error.Diagnostic is { Code: SyntaxErrorCode.UnexpectedToken } diagnostic
            && (isStatement
                || (diagnostic.Hint is null && cursor.FindMisspelled(cursor.Current, Keywords.Clauses) is null)))
        {
            error = new SyntaxException(diagnostic with { Code = SyntaxErrorCode.MissingSemicolon });
        }

        if (!isStatement || cursor.IsFull)
        {
            throw error;
        }

        // The next statement begins here: it is read, and may have errors of its own.
        cursor.Report(error);
    }
}
