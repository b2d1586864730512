using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace ColumnStream.Compute.Patterns;

/// <summary>Writes a parsed pattern in the language of .NET's patterns, for one kind of text.</summary>
internal sealed class NetPatternWriter(TextKind kind, int groups)
{
    private const string Terminator = "[\\n\\r\\u0085\\u2028\\u2029]";
    private static readonly CodePointSet Surrogates = CodePointSet.Range(0xD800, 0xDFFF);
    private static readonly CodePointSet Basic = CodePointSet.Range(0, 0xFFFF).Intersect(Surrogates.Negate());
    private static readonly CodePointSet Plain = CodePointSet.Range(0, 0x7F).Intersect(CodePointSet.Of("\n\r").Negate());
    private readonly StringBuilder _text = new();

    /// <summary>Translates a pattern; to be used with the option Singleline, so that a dot is anything.</summary>
    public static string Write(PatternNode node, TextKind kind, int groups)
    {
        var writer = new NetPatternWriter(kind, groups);
        writer.Write(node);
        return writer._text.ToString();
    }

    private void Write(PatternNode node)
    {
        switch (node)
        {
            case SetNode set:
                WriteSet(set.Set);
                break;
            case SequenceNode sequence:
                foreach (PatternNode part in sequence.Parts)
                {
                    if (part is ChoiceNode)
                    {
                        Enclose("(?:", part);
                    }
                    else
                    {
                        Write(part);
                    }
                }

                break;
            case ChoiceNode choice:
                WriteChoices(choice.Choices);
                break;
            case CaptureNode capture:
                Enclose("(", capture.Body);
                break;
            case AtomicNode atomic:
                Enclose("(?>", atomic.Body);
                break;
            case LookNode look:
                Enclose((look.Behind, look.Negative) switch
                {
                    (false, false) => "(?=",
                    (false, true) => "(?!",
                    (true, false) => "(?<=",
                    _ => "(?<!",
                }, look.Body);
                break;
            case RepeatNode repeat:
                WriteRepeat(repeat);
                break;
            case BackReferenceNode reference:
                string number = reference.Group.ToString(CultureInfo.InvariantCulture);
                _text.Append(reference.Group > groups ? "(?!)" : $"(?{(reference.IgnoreCase ? "i" : string.Empty)}:\\{number})");
                break;
            case AnchorNode anchor:
                _text.Append(Place(anchor.Anchor));
                break;
            default:
                throw new InvalidOperationException($"Pattern node is unknown: {node}.");
        }
    }

    private void WriteChoices(List<PatternNode> choices)
    {
        for (int i = 0; i < choices.Count; i++)
        {
            if (i > 0)
            {
                _text.Append('|');
            }

            Write(choices[i]);
        }
    }

    private void Enclose(string open, PatternNode body)
    {
        _text.Append(open);
        Write(body);
        _text.Append(')');
    }

    private void WriteRepeat(RepeatNode repeat)
    {
        if (repeat.Kind == RepeatKind.Possessive)
        {
            _text.Append("(?>");
        }

        if (repeat.Body is SetNode or CaptureNode or AtomicNode)
        {
            Write(repeat.Body);
        }
        else
        {
            Enclose("(?:", repeat.Body);
        }

        _text.Append((repeat.Least, repeat.Most) switch
        {
            (0, 1) => "?",
            (0, -1) => "*",
            (1, -1) => "+",
            (var least, -1) => string.Create(CultureInfo.InvariantCulture, $"{{{least},}}"),
            var (least, most) => string.Create(CultureInfo.InvariantCulture, $"{{{least},{most}}}"),
        });
        _text.Append(repeat.Kind switch
        {
            RepeatKind.Lazy => "?",
            RepeatKind.Possessive => ")",
            _ => string.Empty,
        });
    }

    private void WriteSet(CodePointSet set)
    {
        CodePointSet universe = kind == TextKind.Plain ? Plain : Basic;
        CodePointSet part = set.Intersect(universe);
        CodePointSet absent = set.Negate().Intersect(universe);
        string? basic = part.Ranges.IsEmpty ? null : Class(part, absent);
        if (kind != TextKind.Full)
        {
            _text.Append(basic ?? "(?!)");
            return;
        }

        CodePointSet pairs = set.Intersect(CodePointSet.Range(0x10000, CodePointSet.Last));
        if (pairs.Ranges.IsEmpty)
        {
            _text.Append(basic ?? "(?!)");
            return;
        }

        _text.Append("(?:").Append(basic).Append(basic is null ? string.Empty : "|");
        WritePairs(pairs);
        _text.Append(')');
    }

    /// <summary>Writes members of the basic plane in or out of brackets, whichever is shorter.</summary>
    private string Class(CodePointSet part, CodePointSet absent)
    {
        if (part.Single >= 0)
        {
            return Character(part.Single);
        }

        bool negative = absent.Ranges.Length < part.Ranges.Length;
        if (absent.Ranges.IsEmpty && kind != TextKind.Full)
        {
            return ".";
        }

        var text = new StringBuilder(negative ? "[^" : "[");
        foreach ((int low, int high) in negative ? absent.Ranges : part.Ranges)
        {
            text.Append(Character(low));
            if (high > low)
            {
                text.Append('-').Append(Character(high));
            }
        }

        return text.Append(negative && kind == TextKind.Full ? "\\uD800-\\uDFFF]" : "]").ToString();
    }

    /// <summary>Writes code points behind the basic plane as pairs: one alternative for equal low halves.</summary>
    private void WritePairs(CodePointSet pairs)
    {
        var byLow = new SortedDictionary<string, List<(int Low, int High)>>(StringComparer.Ordinal);
        foreach ((int low, int high) in pairs.Ranges)
        {
            for (int at = low; at <= high;)
            {
                int lead = 0xD800 + ((at - 0x10000) >> 10);
                int blockEnd = 0x10000 + ((lead - 0xD800 + 1) << 10) - 1;
                int first = at & 0x3FF;
                int lastLead = lead;
                int end = Math.Min(high, blockEnd);
                if (first == 0 && high >= blockEnd)
                {
                    // Whole blocks: all of their leading halves, any low half.
                    lastLead = 0xD800 + ((high + 1 - 0x10000) >> 10) - 1;
                    end = 0x10000 + ((lastLead - 0xD800 + 1) << 10) - 1;
                }

                string lows = Range(0xDC00 + first, 0xDC00 + (lastLead > lead ? 0x3FF : end & 0x3FF));
                if (!byLow.TryGetValue(lows, out List<(int, int)>? leads))
                {
                    byLow[lows] = leads = [];
                }

                leads.Add((lead, lastLead));
                at = end + 1;
            }
        }

        bool isFirst = true;
        foreach ((string lows, List<(int Low, int High)> leads) in byLow)
        {
            _text.Append(isFirst ? "[" : "|[");
            foreach ((int low, int high) in CodePointSet.Normalize(leads).Ranges)
            {
                _text.Append(Range(low, high));
            }

            _text.Append("][").Append(lows).Append(']');
            isFirst = false;
        }
    }

    private static string Range(int low, int high) => low == high ? Character(low) : Character(low) + "-" + Character(high);

    private static string Character(int point) => point < 0x80 && char.IsAsciiLetterOrDigit((char)point)
        ? ((char)point).ToString() : string.Create(CultureInfo.InvariantCulture, $"\\u{point:X4}");

    private string Place(Anchor anchor)
    {
        if (kind == TextKind.Plain)
        {
            return anchor switch
            {
                Anchor.Begin => "\\A",
                Anchor.LineBegin or Anchor.UnixLineBegin => "(?!\\z)\\A",
                Anchor.WordEdge or Anchor.UnicodeWordEdge => "\\b",
                Anchor.NoWordEdge or Anchor.NoUnicodeWordEdge => "\\B",
                Anchor.LastMatch => "\\G",
                Anchor.Never => "(?!)",
                _ => "\\z",
            };
        }

        return anchor switch
        {
            Anchor.Begin => "\\A",
            Anchor.End => "\\z",
            Anchor.LastMatch => "\\G",
            Anchor.LastLineEnd => "(?=(?:\\r\\n|(?<!\\r)\\n|[\\r\\u0085\\u2028\\u2029])?\\z)",
            Anchor.LastUnixLineEnd => "(?=\\n?\\z)",
            Anchor.LineEnd => "(?=\\z|(?<!\\r)\\n|[\\r\\u0085\\u2028\\u2029])",
            Anchor.UnixLineEnd => "(?=\\z|\\n)",
            Anchor.LineBegin => $"(?!\\z)(?:\\A|(?<={Terminator})(?!(?<=\\r)\\n))",
            Anchor.UnixLineBegin => "(?!\\z)(?:\\A|(?<=\\n))",
            Anchor.WordEdge => Edge(isUnicode: false, negative: false),
            Anchor.NoWordEdge => Edge(isUnicode: false, negative: true),
            Anchor.UnicodeWordEdge => Edge(isUnicode: true, negative: false),
            Anchor.NoUnicodeWordEdge => Edge(isUnicode: true, negative: true),
            _ => "(?!)",
        };
    }

    /// <summary>A word is letters, digits and underscores, and marks behind a letter or digit.</summary>
    private string Edge(bool isUnicode, bool negative)
    {
        string before;
        string behind;
        if (isUnicode)
        {
            before = behind = Of(UnicodeSets.Get("u:w"));
        }
        else
        {
            CodePointSet letters = UnicodeSets.Get("p:javaLetterOrDigit");
            string letter = Of(letters);
            string mark = Of(UnicodeSets.Get("p:Mn"));
            string word = Of(letters.Union(CodePointSet.Of('_')));
            before = $"{word}|{letter}{mark}+";
            behind = $"{word}|(?<={letter}{mark}*){mark}";
        }

        return negative
            ? $"(?:(?<={before})(?={behind})|(?<!{before})(?!{behind}))"
            : $"(?:(?<={before})(?!{behind})|(?<!{before})(?={behind}))";
    }

    private string Of(CodePointSet set)
    {
        var writer = new NetPatternWriter(kind, groups);
        writer.WriteSet(set);
        return writer._text.ToString();
    }
}
