namespace ColumnStream.Compute.Patterns;

/// <summary>Reads character classes: unions inside, intersections with &amp;&amp;, negation of the whole.</summary>
internal sealed class ClassParser(PatternCursor cursor, EscapeParser escapes)
{
    private const int DeepestNesting = 250;
    private int _depth;

    /// <summary>Reads a class to its closing bracket; the opening one has been read.</summary>
    public CodePointSet Parse()
    {
        if (++_depth > DeepestNesting)
        {
            throw cursor.Unsupported($"classes are nested deeper than {DeepestNesting}");
        }

        bool negative = cursor.At(cursor.Position) == '^' && cursor.Accept('^');
        CodePointSet set = ParseMembers();
        if (!cursor.Accept(']'))
        {
            throw cursor.Invalid("a character class is not closed");
        }

        _depth--;
        return negative ? set.Negate() : set;
    }

    /// <summary>Reads members up to a closing bracket that closes something.</summary>
    private CodePointSet ParseMembers()
    {
        CodePointSet? set = null;
        while (true)
        {
            int point = cursor.Peek();
            if (point == PatternCursor.End)
            {
                throw cursor.Invalid("a character class is not closed");
            }

            if (point == ']' && set is not null && !cursor.IsQuoted())
            {
                return set;
            }

            if (point == '&' && !cursor.IsQuoted() && cursor.At(cursor.Position + 1) == '&')
            {
                cursor.Position += 2;
                set = Intersect(set);
                continue;
            }

            CodePointSet member = cursor.Accept('[') ? Parse() : ParseRange();
            set = set is null ? member : set.Union(member);
        }
    }

    /// <summary>Reads what stands behind &amp;&amp;: classes in brackets are joined, and plain members end at the next bracket.</summary>
    private CodePointSet Intersect(CodePointSet? left)
    {
        CodePointSet? right = null;
        while (cursor.Peek() is not (']' or '&') || cursor.IsQuoted())
        {
            if (cursor.Peek() == PatternCursor.End)
            {
                throw cursor.Invalid("a character class is not closed");
            }

            if (cursor.Accept('['))
            {
                CodePointSet member = Parse();
                right = right is null ? member : right.Union(member);
            }
            else
            {
                right = ParseMembers();
            }
        }

        return (left, right) switch
        {
            (null, null) => throw cursor.Invalid("an intersection has no sides"),
            (null, _) => right,
            (_, null) => left,
            _ => left.Intersect(right),
        };
    }

    private CodePointSet ParseRange()
    {
        bool isQuoted = cursor.IsQuoted();
        int low = cursor.Read();
        CodePointSet set;
        if (low == '\\' && !isQuoted)
        {
            set = ParseEscape(out low);
        }
        else
        {
            set = escapes.Single(low);
        }

        if (low < 0 || cursor.Peek() != '-' || cursor.IsQuoted())
        {
            return set;
        }

        int behind = cursor.At(cursor.Position + 1);
        if (behind is '[' or ']')
        {
            return set;
        }

        cursor.Read();
        isQuoted = cursor.IsQuoted();
        int high = cursor.Read();
        if (high == '\\' && !isQuoted)
        {
            ParseEscape(out high);
        }

        if (high < low)
        {
            throw cursor.Invalid("a range is reversed, or ends with a class");
        }

        return cursor.Has(PatternFlags.IgnoreCase)
            ? LetterFolding.Fold(low, high, cursor.Has(PatternFlags.UnicodeCase)) : CodePointSet.Range(low, high);
    }

    private CodePointSet ParseEscape(out int point)
    {
        if (cursor.At(cursor.Position) is >= 0 and < 0x80 and var letter && "ABGRXZbkz123456789".Contains((char)letter))
        {
            throw cursor.Invalid($"the escape \\{(char)letter} has no meaning in a class");
        }

        return escapes.Parse(isInClass: true, out point);
    }
}
