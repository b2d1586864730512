using System.Collections.Generic;
using System.Text;

namespace ColumnStream.Compute.Patterns;

/// <summary>Walks over the code points of a pattern; comments and white space are passed over under the flag x.</summary>
internal sealed class PatternCursor
{
    /// <summary>Stands behind the last code point.</summary>
    public const int End = -1;

    private readonly int[] _points;
    private readonly bool[] _quoted;

    public PatternCursor(string pattern)
    {
        List<int> points = [];
        foreach (Rune rune in pattern.EnumerateRunes())
        {
            points.Add(rune.Value);
        }

        (_points, _quoted) = Unquote(points);
    }

    public PatternFlags Flags { get; set; }

    public int Position { get; set; }

    public bool Has(PatternFlags flag) => (Flags & flag) != 0;

    /// <summary>Returns the next code point that counts, or <see cref="End"/>.</summary>
    public int Peek()
    {
        if (Has(PatternFlags.Comments))
        {
            SkipComments();
        }

        return At(Position);
    }

    /// <summary>Tells whether the next code point stands between \Q and \E and is no operator.</summary>
    public bool IsQuoted()
    {
        Peek();
        return Position < _points.Length && _quoted[Position];
    }

    /// <summary>Returns the code point some places on, comments included.</summary>
    public int At(int position) => position < _points.Length ? _points[position] : End;

    public int Read()
    {
        int point = Peek();
        Position += point == End ? 0 : 1;
        return point;
    }

    /// <summary>Reads the next code point if it is an operator of this form.</summary>
    public bool Accept(char expected)
    {
        if (Peek() != expected || IsQuoted())
        {
            return false;
        }

        Position++;
        return true;
    }

    public JavaPatternException Invalid(string reason) => new(reason, Position, isValid: false);

    public JavaPatternException Unsupported(string reason) => new(reason, Position, isValid: true);

    private void SkipComments()
    {
        while (Position < _points.Length && !_quoted[Position])
        {
            int point = _points[Position];
            if (point is ' ' or (>= '\t' and <= '\r'))
            {
                Position++;
            }
            else if (point == '#')
            {
                while (Position < _points.Length && _points[Position] is not ('\n' or '\r' or 0x85 or 0x2028 or 0x2029))
                {
                    Position++;
                }
            }
            else
            {
                break;
            }
        }
    }

    /// <summary>Takes \Q and \E out and marks what stood between them.</summary>
    private static (int[] Points, bool[] Quoted) Unquote(List<int> pattern)
    {
        List<int> points = [];
        List<bool> quoted = [];
        bool isQuoted = false;
        for (int i = 0; i < pattern.Count; i++)
        {
            bool escape = pattern[i] == '\\' && i + 1 < pattern.Count;
            if (escape && pattern[i + 1] == (isQuoted ? 'E' : 'Q'))
            {
                isQuoted = !isQuoted;
                i++;
                continue;
            }

            points.Add(pattern[i]);
            quoted.Add(isQuoted);
            if (escape && !isQuoted)
            {
                points.Add(pattern[++i]);
                quoted.Add(false);
            }
        }

        return ([.. points], [.. quoted]);
    }
}
