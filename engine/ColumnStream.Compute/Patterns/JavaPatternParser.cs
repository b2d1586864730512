using System;
using System.Collections.Generic;

namespace ColumnStream.Compute.Patterns;

/// <summary>Reads a pattern as <c>java.util.regex.Pattern</c> of Java 17 does.</summary>
internal sealed class JavaPatternParser
{
    private const int DeepestNesting = 250;
    private readonly PatternCursor _cursor;
    private readonly EscapeParser _escapes;
    private readonly ClassParser _classes;
    private readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);
    private int _groups;
    private int _depth;

    private JavaPatternParser(string pattern)
    {
        _cursor = new PatternCursor(pattern);
        _escapes = new EscapeParser(_cursor);
        _classes = new ClassParser(_cursor, _escapes);
    }

    /// <summary>Parses a pattern and counts its groups.</summary>
    /// <exception cref="JavaPatternException">Java refuses it, or it has no translation.</exception>
    public static PatternNode Parse(string pattern, out int groups)
    {
        var parser = new JavaPatternParser(pattern);
        PatternNode node = parser.ParseChoices();
        if (parser._cursor.Peek() != PatternCursor.End)
        {
            throw parser._cursor.Invalid("a ')' closes nothing");
        }

        groups = parser._groups;
        return node;
    }

    private PatternNode ParseChoices()
    {
        if (++_depth > DeepestNesting)
        {
            throw _cursor.Unsupported($"groups are nested deeper than {DeepestNesting}");
        }

        List<PatternNode> choices = [ParseSequence()];
        while (_cursor.Accept('|'))
        {
            choices.Add(ParseSequence());
        }

        _depth--;
        return choices.Count == 1 ? choices[0] : new ChoiceNode(choices);
    }

    private PatternNode ParseSequence()
    {
        List<PatternNode> parts = [];
        while (true)
        {
            int point = _cursor.Peek();
            if (point == PatternCursor.End || (point is '|' or ')' && !_cursor.IsQuoted()))
            {
                return parts.Count == 1 ? parts[0] : new SequenceNode(parts);
            }

            if (ParseAtom(point) is { } atom)
            {
                parts.Add(ParseRepeat(atom));
            }
        }
    }

    /// <summary>Reads one part without what repeats it; null for flags, which are none.</summary>
    private PatternNode? ParseAtom(int point)
    {
        if (_cursor.IsQuoted())
        {
            _cursor.Read();
            return new SetNode(_escapes.Single(point));
        }

        switch (point)
        {
            case '(':
                _cursor.Read();
                return ParseGroup();
            case '[':
                _cursor.Read();
                return new SetNode(_classes.Parse());
            case '\\':
                _cursor.Read();
                return ParseEscape();
            case '^':
                _cursor.Read();
                return new AnchorNode(
                    !_cursor.Has(PatternFlags.MultiLine) ? Anchor.Begin
                    : _cursor.Has(PatternFlags.UnixLines) ? Anchor.UnixLineBegin : Anchor.LineBegin);
            case '$':
                _cursor.Read();
                return new AnchorNode((_cursor.Has(PatternFlags.MultiLine), _cursor.Has(PatternFlags.UnixLines)) switch
                {
                    (true, true) => Anchor.UnixLineEnd,
                    (true, false) => Anchor.LineEnd,
                    (false, true) => Anchor.LastUnixLineEnd,
                    _ => Anchor.LastLineEnd,
                });
            case '.':
                _cursor.Read();
                return new SetNode(
                    _cursor.Has(PatternFlags.DotAll) ? CodePointSet.All
                    : CodePointSet.Of(_cursor.Has(PatternFlags.UnixLines) ? "\n" : "\n\r\u0085\u2028\u2029").Negate());
            case '*' or '+' or '?':
                throw _cursor.Invalid($"'{(char)point}' repeats nothing");
            case '{':
                return new SequenceNode([]);
            default:
                _cursor.Read();
                return new SetNode(_escapes.Single(point));
        }
    }

    private PatternNode ParseEscape()
    {
        int letter = _cursor.At(_cursor.Position);
        if (letter is >= '1' and <= '9')
        {
            _cursor.Position++;
            return Reference(ReadReference(letter - '0'));
        }

        Anchor? anchor = letter switch
        {
            'A' => Anchor.Begin,
            'z' => Anchor.End,
            'Z' => _cursor.Has(PatternFlags.UnixLines) ? Anchor.LastUnixLineEnd : Anchor.LastLineEnd,
            'G' => Anchor.LastMatch,
            'b' when _cursor.At(_cursor.Position + 1) == '{' => throw _cursor.Unsupported("\\b{g} has no translation"),
            'b' => _cursor.Has(PatternFlags.UnicodeClasses) ? Anchor.UnicodeWordEdge : Anchor.WordEdge,
            'B' => _cursor.Has(PatternFlags.UnicodeClasses) ? Anchor.NoUnicodeWordEdge : Anchor.NoWordEdge,
            _ => null,
        };
        if (anchor is { } place)
        {
            _cursor.Position++;
            return new AnchorNode(place);
        }

        switch (letter)
        {
            case 'R':
                _cursor.Position++;
                return new ChoiceNode(
                [
                    new SequenceNode([new SetNode(CodePointSet.Of('\r')), new SetNode(CodePointSet.Of('\n'))]),
                    new SetNode(CodePointSet.Of("\n\v\f\r\u0085\u2028\u2029")),
                ]);
            case 'X':
                throw _cursor.Unsupported("\\X has no translation");
            case 'k':
                _cursor.Position++;
                return NamedReference();
            default:
                return new SetNode(_escapes.Parse(isInClass: false, out _));
        }
    }

    /// <summary>Takes further digits as long as there is a group of that number.</summary>
    private int ReadReference(int number)
    {
        while (_cursor.Peek() is >= '0' and <= '9' and var digit && !_cursor.IsQuoted() && (number * 10) + digit - '0' <= _groups)
        {
            number = (number * 10) + digit - '0';
            _cursor.Read();
        }

        return number;
    }

    private PatternNode NamedReference()
    {
        if (_cursor.Read() != '<')
        {
            throw _cursor.Invalid("'<' is missing behind \\k");
        }

        string name = ReadName();
        return _names.TryGetValue(name, out int number)
            ? Reference(number) : throw _cursor.Invalid($"group '{name}' does not exist");
    }

    private BackReferenceNode Reference(int number)
    {
        bool ignoreCase = _cursor.Has(PatternFlags.IgnoreCase);
        return ignoreCase && !_cursor.Has(PatternFlags.UnicodeCase)
            ? throw _cursor.Unsupported("a reference to a group under (?i) without (?u) has no translation")
            : new BackReferenceNode(number, ignoreCase);
    }

    private PatternNode? ParseGroup()
    {
        PatternFlags outer = _cursor.Flags;
        if (_cursor.Peek() != '?' || _cursor.IsQuoted())
        {
            int number = ++_groups;
            return Close(new CaptureNode(ParseChoices(), number), outer);
        }

        _cursor.Read();
        int kind = _cursor.Read();
        switch (kind)
        {
            case ':':
                return Close(ParseChoices(), outer);
            case '>':
                return Close(new AtomicNode(ParseChoices()), outer);
            case '=' or '!':
                return Close(new LookNode(ParseChoices(), Behind: false, kind == '!'), outer);
            case '<' when _cursor.Peek() is '=' or '!':
                bool negative = _cursor.Read() == '!';
                PatternNode body = ParseChoices();
                return PatternFacts.HasMostLength(body)
                    ? Close(new LookNode(body, Behind: true, negative), outer)
                    : throw _cursor.Invalid("a look behind has no greatest length");
            case '<':
                string name = ReadName();
                int group = ++_groups;
                return _names.TryAdd(name, group)
                    ? Close(new CaptureNode(ParseChoices(), group), outer)
                    : throw _cursor.Invalid($"group '{name}' is declared twice");
            default:
                return ParseFlags(kind, outer);
        }
    }

    private PatternNode? ParseFlags(int point, PatternFlags outer)
    {
        bool on = true;
        for (; point is not (':' or ')'); point = _cursor.Read())
        {
            PatternFlags flag = point switch
            {
                'i' => PatternFlags.IgnoreCase,
                'm' => PatternFlags.MultiLine,
                's' => PatternFlags.DotAll,
                'd' => PatternFlags.UnixLines,
                'u' => PatternFlags.UnicodeCase,
                'x' => PatternFlags.Comments,
                'U' => PatternFlags.UnicodeClasses | PatternFlags.UnicodeCase,
                'c' => throw _cursor.Unsupported("the flag c, canonical equivalence, has no translation"),
                '-' when on => PatternFlags.None,
                _ => throw _cursor.Invalid("the kind of the group is unknown"),
            };
            on &= point != '-';
            _cursor.Flags = on ? _cursor.Flags | flag : _cursor.Flags & ~flag;
        }

        return point == ')' ? null : Close(ParseChoices(), outer);
    }

    private PatternNode Close(PatternNode group, PatternFlags outer)
    {
        if (!_cursor.Accept(')'))
        {
            throw _cursor.Invalid("a group is not closed");
        }

        _cursor.Flags = outer;
        return group is SetNode or SequenceNode or ChoiceNode ? new SequenceNode([group]) : group;
    }

    private string ReadName()
    {
        string name = string.Empty;
        int point = _cursor.Read();
        for (; point is >= 0 and < 0x80 && char.IsAsciiLetterOrDigit((char)point); point = _cursor.Read())
        {
            name += (char)point;
        }

        return point == '>' && name.Length > 0 && char.IsAsciiLetter(name[0])
            ? name : throw _cursor.Invalid("the name of a group is not letters and digits, or not closed by '>'");
    }

    private PatternNode ParseRepeat(PatternNode atom)
    {
        int least;
        int most;
        if (_cursor.Accept('?'))
        {
            (least, most) = (0, 1);
        }
        else if (_cursor.Accept('*'))
        {
            (least, most) = (0, -1);
        }
        else if (_cursor.Accept('+'))
        {
            (least, most) = (1, -1);
        }
        else if (_cursor.Accept('{'))
        {
            (least, most) = ParseBounds();
        }
        else
        {
            return atom;
        }

        RepeatKind kind = _cursor.Accept('?') ? RepeatKind.Lazy : _cursor.Accept('+') ? RepeatKind.Possessive : RepeatKind.Greedy;
        return new RepeatNode(atom, least, most, kind);
    }

    private (int Least, int Most) ParseBounds()
    {
        int least = ReadNumber();
        int most = least;
        if (_cursor.Accept(','))
        {
            most = _cursor.Peek() == '}' ? -1 : ReadNumber();
        }

        if (!_cursor.Accept('}'))
        {
            throw _cursor.Invalid("the bounds of a repetition are not closed");
        }

        return most >= 0 && most < least ? throw _cursor.Invalid("the bounds of a repetition are reversed") : (least, most);
    }

    private int ReadNumber()
    {
        long number = -1;
        while (_cursor.Peek() is >= '0' and <= '9' and var digit && number <= int.MaxValue)
        {
            number = (Math.Max(0, number) * 10) + digit - '0';
            _cursor.Read();
        }

        return number is >= 0 and <= int.MaxValue
            ? (int)number : throw _cursor.Invalid("the bounds of a repetition are no numbers");
    }
}
