using System;
using System.Collections.Generic;

namespace ColumnStream.Sql.Parsing;

/// <summary>Walks over the tokens of a script, expects what the grammar wants, and words the errors.</summary>
internal sealed class TokenCursor(SourceText source, List<Token> tokens, List<SqlDiagnostic> diagnostics)
{
    private const int MaxShownLength = 40;

    private int _index;
    private int _nesting;
    private int _statementIndex;
    private int _aliasIndex = -2;
    private int[]? _closing;
    private readonly List<SourceSpan> _rawText = [];

    /// <summary>Gets or sets the height of the highest tree read since it was last set to 0.</summary>
    public int Height { get; set; }

    /// <summary>Gets or sets the number of <c>?</c> read in this statement.</summary>
    public int ParameterCount
    {
        get;
        set
        {
            field = value;
            MostParameters = System.Math.Max(MostParameters, value);
        }
    }

    /// <summary>Gets the most parameters that a statement of the script has.</summary>
    public int MostParameters { get; private set; }

    /// <summary>Gets whether an error was reported inside the statement being read, which is then left out.</summary>
    public bool IsBroken { get; private set; }

    public SourceText Source => source;

    public int Index => _index;

    public Token Current => tokens[_index];

    public bool IsAtEnd => Current.Kind == TokenKind.EndOfScript;

    public bool IsFull => diagnostics.Count >= SqlLimits.MaxDiagnostics;

    /// <summary>Gets the end of the token before the current one.</summary>
    public int PreviousEnd => _index == 0 ? 0 : tokens[_index - 1].End;

    public Token Previous => tokens[Math.Max(0, _index - 1)];

    public Token Peek(int ahead) => tokens[Math.Min(_index + ahead, tokens.Count - 1)];

    public Token Next()
    {
        Token token = Current;
        if (token.Kind != TokenKind.EndOfScript)
        {
            _index++;
        }

        return token;
    }

    public bool At(TokenKind kind) => Current.Kind == kind;

    public bool At(string word) => IsWord(Current, word);

    public bool At(string first, string second) => At(first) && IsWord(Peek(1), second);

    public bool At(string first, string second, string third) => At(first, second) && IsWord(Peek(2), third);

    public bool Accept(TokenKind kind)
    {
        bool isThere = At(kind);
        _index += isThere ? 1 : 0;
        return isThere;
    }

    public bool Accept(string word)
    {
        bool isThere = At(word);
        _index += isThere ? 1 : 0;
        return isThere;
    }

    public bool Accept(string first, string second)
    {
        bool isThere = At(first, second);
        _index += isThere ? 2 : 0;
        return isThere;
    }

    public bool Accept(string first, string second, string third)
    {
        bool isThere = At(first, second, third);
        _index += isThere ? 3 : 0;
        return isThere;
    }

    /// <summary>Takes a token of <paramref name="kind"/>; <paramref name="what"/> says it, as in <c>')' to close it</c>.</summary>
    public Token Expect(TokenKind kind, string what) => At(kind) ? Next() : throw Unexpected(what);

    /// <summary>Takes a word; <paramref name="purpose"/> follows it in the error, with a blank in front.</summary>
    public void Expect(string word, string purpose = "")
    {
        if (!Accept(word))
        {
            throw Unexpected(word + purpose, word);
        }
    }

    public void Open(string purpose) => Expect(TokenKind.OpenParenthesis, $"'(' {purpose}");

    public void Close(string purpose) => Expect(TokenKind.CloseParenthesis, $"')' {purpose}");

    public SourceSpan SpanFrom(int start) => SourceSpan.FromBounds(start, Math.Max(start, PreviousEnd));

    /// <summary>Remembers that the token before was read as an alias without AS: it may be a misspelled clause.</summary>
    public void MarkAlias() => _aliasIndex = _index - 1;

    public void Report(SyntaxException error)
    {
        if (error.Diagnostic is { } diagnostic && !IsFull)
        {
            diagnostics.Add(diagnostic);
        }
    }

    /// <summary>Reports an error and goes on with the same statement, at the nesting that was found before it.</summary>
    public void ReportInside(SyntaxException error, int nesting)
    {
        Report(error);
        IsBroken = true;
        _nesting = nesting;
        _aliasIndex = -2;
    }

    /// <summary>Gets the number of open levels, to be given back to <see cref="ReportInside"/>.</summary>
    public int Nesting => _nesting;

    /// <summary>
    /// Goes on behind the next semicolon, at the end, or where a line begins with the words of another statement, with
    /// nothing open.
    /// </summary>
    public void SkipStatement()
    {
        while (!IsAtEnd && !Accept(TokenKind.Semicolon))
        {
            if (_index > _statementIndex && IsLineStart() && StatementStarts.IsCertain(this))
            {
                return;
            }

            _index++;
        }
    }

    /// <summary>Goes to the comma or parenthesis that ends an item of a list; false when neither comes in the statement.</summary>
    public bool SkipItem()
    {
        int depth = 0;
        while (!IsAtEnd && !At(TokenKind.Semicolon) && !(IsLineStart() && StatementStarts.IsCertain(this)))
        {
            switch (Current.Kind)
            {
                case TokenKind.Comma or TokenKind.CloseParenthesis when depth == 0:
                    return true;
                case TokenKind.OpenParenthesis:
                    depth++;
                    break;
                case TokenKind.CloseParenthesis:
                    depth--;
                    break;
            }

            _index++;
        }

        return false;
    }

    /// <summary>Says whether a line end stands before the token that is <paramref name="ahead"/> of the current one.</summary>
    public bool IsLineStartAhead(int ahead) => Peek(ahead) is var token && Peek(ahead - 1) is var before
        && source.Text.AsSpan(before.End, Math.Max(0, token.Start - before.End)).IndexOfAny('\n', '\r') >= 0;

    /// <summary>Goes back to the token at <paramref name="index"/>.</summary>
    public void Return(int index) => _index = index;

    /// <summary>Says whether only blanks stand between the current token and the begin of its line.</summary>
    public bool IsLineStart() => _index == 0
        || source.Text.AsSpan(PreviousEnd, Math.Max(0, Current.Start - PreviousEnd)).IndexOfAny('\n', '\r') >= 0;

    /// <summary>Forgets the limits' counters, at the begin of a statement.</summary>
    public void BeginStatement()
    {
        Height = 0;
        ParameterCount = 0;
        _nesting = 0;
        _aliasIndex = -2;
        IsBroken = false;
        _statementIndex = _index;
    }

    public void EnterNesting()
    {
        if (++_nesting > SqlLimits.MaxNesting)
        {
            throw Error(SyntaxErrorCode.NestingTooDeep, $"Text is nested too deeply: limit {SqlLimits.MaxNesting}.",
                Current.Span, "Name parts of the query with WITH.");
        }
    }

    public void LeaveNesting() => _nesting--;

    public int CheckHeight(int height) => height <= SqlLimits.MaxTreeHeight
        ? height
        : throw Error(SyntaxErrorCode.ChainTooLong, $"Chain of operators is too long: limit {SqlLimits.MaxTreeHeight}.",
            Current.Span, "Split it with parentheses or WITH; lists of AND and OR have no limit.");

    /// <summary>Marks a range as free text, in which the lexer's errors do not count.</summary>
    public void MarkRawText(SourceSpan span) => _rawText.Add(span);

    public bool IsRawText(SourceSpan span) =>
        _rawText.Exists(raw => span.Start >= raw.Start && span.End <= raw.End);

    public string Text(Token token) => source.Text.Substring(token.Start, token.Length);

    public static bool IsWord(Token token, string word) => token.Kind == TokenKind.Word && token.Text == word;

    /// <summary>Finds the parenthesis that closes the one at <paramref name="index"/>; -1 when it is missing.</summary>
    public int FindClosing(int index)
    {
        _closing ??= MatchParentheses();
        return _closing[index];
    }

    public Token TokenAt(int index) => tokens[Math.Min(index, tokens.Count - 1)];

    public SyntaxException Error(int code, string message, SourceSpan span, string? hint = null) =>
        new(new SqlDiagnostic(code, message, span, hint));

    /// <summary>Words the error of a token where <paramref name="expected"/> should be.</summary>
    public SyntaxException Unexpected(string expected, params ReadOnlySpan<string> spellings)
    {
        Token found = Current;
        if (found.Kind == TokenKind.Invalid)
        {
            return new SyntaxException(null);
        }

        if (_aliasIndex == _index - 1 && FindMisspelled(Previous, Keywords.Clauses) is { } clause)
        {
            return Error(SyntaxErrorCode.UnexpectedToken, $"Expected a clause. Found '{Text(Previous)}'.", Previous.Span,
                $"Did you mean '{clause}'?");
        }

        string? near = FindMisspelled(found, spellings.ToArray()) ?? FindMisspelled(found, Keywords.Clauses);
        string? hint = near is null || near == found.Text ? FindMistake(found) : $"Did you mean '{near}'?";
        return Error(SyntaxErrorCode.UnexpectedToken, $"Expected {expected}. Found {Describe(found)}.", PlaceOf(found), hint);
    }

    public string Describe(Token token)
    {
        if (token.Kind == TokenKind.EndOfScript)
        {
            return "the end of the script";
        }

        string text = token.Length <= MaxShownLength
            ? Text(token)
            : string.Concat(source.Text.AsSpan(token.Start, MaxShownLength), "...");
        return token.Kind == TokenKind.String ? $"the string {text}" : $"'{text}'";
    }

    /// <summary>Gets the place of an error at <paramref name="token"/>: behind the last one at the end of the script.</summary>
    public SourceSpan PlaceOf(Token token) =>
        token.Kind == TokenKind.EndOfScript ? new SourceSpan(PreviousEnd, 0) : token.Span;

    public string? FindMisspelled(Token token, IEnumerable<string> words)
    {
        if (token.Kind != TokenKind.Word || token.Length < 2 || Keywords.IsReserved(token.Text!))
        {
            return null;
        }

        return NameSuggester.Suggest(token.Text!, words);
    }

    private string? FindMistake(Token found)
    {
        if (found.Kind == TokenKind.VerticalBar)
        {
            return "Join strings with '||'.";
        }

        if (Previous.Kind == TokenKind.Comma && found.Kind is TokenKind.Word or TokenKind.CloseParenthesis)
        {
            return "Remove the comma before it.";
        }

        return null;
    }

    private int[] MatchParentheses()
    {
        int[] closing = new int[tokens.Count];
        Array.Fill(closing, -1);
        Stack<int> open = new();
        for (int index = 0; index < tokens.Count; index++)
        {
            switch (tokens[index].Kind)
            {
                case TokenKind.OpenParenthesis:
                    open.Push(index);
                    break;
                case TokenKind.CloseParenthesis when open.Count > 0:
                    closing[open.Pop()] = index;
                    break;
                case TokenKind.Semicolon:
                    open.Clear();
                    break;
            }
        }

        return closing;
    }
}
