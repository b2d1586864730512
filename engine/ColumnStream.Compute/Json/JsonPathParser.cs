using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace ColumnStream.Compute.Json;

/// <summary>Reads the text of a path.</summary>
/// <remarks>A text without <c>$</c> in front is a path below it: <c>a.b</c> is <c>$.a.b</c>.</remarks>
internal sealed class JsonPathParser(string text)
{
    private const int MaxSteps = 200;
    private const int MaxDepth = 32;
    private int _at;
    private int _depth;

    /// <summary>Reads all of it.</summary>
    /// <exception cref="FormatException">It is no path; says why and where.</exception>
    public JsonStep[] Parse()
    {
        if (text.Length == 0)
        {
            throw Error("it is empty");
        }

        if (text[0] is not ('$' or '@'))
        {
            text = text[0] == '[' ? "$" + text : "$." + text;
        }

        _at = 1;
        JsonStep[] steps = Steps(inFilter: false);
        return _at == text.Length ? steps : throw Error("expected '.' or '['");
    }

    private char Current => _at < text.Length ? text[_at] : '\0';

    private static JsonStep Simple(JsonStepKind kind) => new(kind, [], []);

    private JsonStep[] Steps(bool inFilter)
    {
        List<JsonStep> steps = [];
        while (_at < text.Length)
        {
            if (Current == '[')
            {
                steps.Add(Bracket());
            }
            else if (Current == '.')
            {
                Dot(steps, inFilter);
            }
            else if (inFilter)
            {
                break;
            }
            else
            {
                throw Error("expected '.' or '['");
            }

            if (steps.Count > MaxSteps)
            {
                throw Error("it has too many steps");
            }

            if (steps.Count > 1 && steps[^2].Kind == JsonStepKind.Length)
            {
                throw Error("nothing can follow length()");
            }
        }

        if (steps.Count > 0 && steps[^1].Kind == JsonStepKind.Descend)
        {
            throw Error("'..' cannot end it");
        }

        return [.. steps];
    }

    private void Dot(List<JsonStep> steps, bool inFilter)
    {
        _at++;
        if (Current == '.')
        {
            _at++;
            steps.Add(Simple(JsonStepKind.Descend));
        }

        switch (Current)
        {
            case '[':
                steps.Add(Bracket());
                break;
            case '*':
                _at++;
                steps.Add(Simple(JsonStepKind.Wildcard));
                break;
            default:
                steps.Add(Name(inFilter));
                break;
        }
    }

    private JsonStep Name(bool inFilter)
    {
        int start = _at;
        while (_at < text.Length && Current is not ('.' or '[' or ' ' or '(') && !(inFilter && IsFilterEnd(Current)))
        {
            _at++;
        }

        string name = text[start.._at];
        if (name.Length == 0)
        {
            throw Error("a name is missing");
        }

        if (Current == '(')
        {
            if (name != "length" || !text.AsSpan(_at).StartsWith("()"))
            {
                throw Error($"function {name} is not supported, only length() is");
            }

            _at += 2;
            return Simple(JsonStepKind.Length);
        }

        return Current == ' ' && !inFilter
            ? throw Error("a name with spaces must be written as ['a b']")
            : new JsonStep(JsonStepKind.Member, [Encoding.UTF8.GetBytes(name)], []);
    }

    private static bool IsFilterEnd(char c) => c is ')' or '=' or '!' or '<' or '>' or '&' or '|' or ',' or ']';

    private JsonStep Bracket()
    {
        _at++;
        Space();
        JsonStep step = Current switch
        {
            '\'' or '"' => Names(),
            '*' => Wildcard(),
            '?' => Condition(),
            _ => Positions(),
        };
        Space();
        Take(']');
        return step;
    }

    private JsonStep Wildcard()
    {
        _at++;
        return Simple(JsonStepKind.Wildcard);
    }

    private JsonStep Names()
    {
        List<byte[]> names = [];
        while (true)
        {
            names.Add(Encoding.UTF8.GetBytes(Quoted()));
            Space();
            if (Current != ',')
            {
                return new JsonStep(names.Count == 1 ? JsonStepKind.Member : JsonStepKind.Members, [.. names], []);
            }

            _at++;
            Space();
        }
    }

    private string Quoted()
    {
        char quote = Current;
        if (quote is not ('\'' or '"'))
        {
            throw Error("expected a name in quotes");
        }

        var name = new StringBuilder();
        for (_at++; _at < text.Length; _at++)
        {
            if (Current == quote)
            {
                _at++;
                return name.ToString();
            }

            if (Current == '\\' && _at + 1 < text.Length)
            {
                _at++;
                name.Append(Current switch { 'n' => '\n', 't' => '\t', 'r' => '\r', 'b' => '\b', 'f' => '\f', char c => c });
            }
            else
            {
                name.Append(Current);
            }
        }

        throw Error("a quote is not closed");
    }

    private JsonStep Positions()
    {
        int? first = Current == ':' ? null : Integer();
        Space();
        if (Current == ':')
        {
            _at++;
            Space();
            int? last = Current == ']' ? null : Integer();
            return new JsonStep(JsonStepKind.Slice, [], [], first, last);
        }

        List<int> indexes = [first!.Value];
        while (Current == ',')
        {
            _at++;
            Space();
            indexes.Add(Integer());
            Space();
        }

        return new JsonStep(indexes.Count == 1 ? JsonStepKind.Index : JsonStepKind.Indexes, [], [.. indexes]);
    }

    private int Integer()
    {
        int start = _at;
        _at += Current == '-' ? 1 : 0;
        while (char.IsAsciiDigit(Current))
        {
            _at++;
        }

        ReadOnlySpan<char> digits = text.AsSpan(start, _at - start);
        return int.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)
            ? value : throw Error("expected a position, a name in quotes, '*' or '?('");
    }

    private JsonStep Condition()
    {
        if (_depth > 0)
        {
            throw Error("a filter cannot stand inside a filter");
        }

        _at++;
        Take('(');
        JsonFilter filter = Or();
        Take(')');
        return new JsonStep(JsonStepKind.Filter, [], [], Filter: filter);
    }

    private JsonFilter Or()
    {
        if (++_depth > MaxDepth)
        {
            throw Error("its filters are nested too deep");
        }

        JsonFilter left = And();
        while (Accept("||"))
        {
            left = new JsonFilter.Both(left, And(), IsAnd: false);
        }

        _depth--;
        return left;
    }

    private JsonFilter And()
    {
        JsonFilter left = Unary();
        while (Accept("&&"))
        {
            left = new JsonFilter.Both(left, Unary(), IsAnd: true);
        }

        return left;
    }

    private JsonFilter Unary()
    {
        Space();
        if (Current == '!')
        {
            _at++;
            if (++_depth > MaxDepth)
            {
                throw Error("its filters are nested too deep");
            }

            var negated = new JsonFilter.Not(Unary());
            _depth--;
            return negated;
        }

        if (Current == '(')
        {
            _at++;
            JsonFilter inner = Or();
            Take(')');
            return inner;
        }

        JsonOperand left = Operand();
        foreach (string comparison in (ReadOnlySpan<string>)["==", "!=", "<=", ">=", "<", ">"])
        {
            if (Accept(comparison))
            {
                return new JsonFilter.Compare(left, comparison, Operand());
            }
        }

        bool isNegated = AcceptWord("nin");
        return isNegated || AcceptWord("in")
            ? new JsonFilter.Member(left, Values(), isNegated)
            : left.Steps is not null ? new JsonFilter.Exists(left) : throw Error("expected a comparison");
    }

    private JsonOperand[] Values()
    {
        List<JsonOperand> values = [];
        Take('[');
        do
        {
            values.Add(Operand());
        }
        while (Accept(","));
        Take(']');
        return [.. values];
    }

    private JsonOperand Operand()
    {
        Space();
        char first = Current;
        if (first is '@' or '$')
        {
            _at++;
            JsonStep[] steps = Steps(inFilter: true);
            JsonPath.Link(steps);
            return new JsonOperand(steps, first == '$', default, []);
        }

        if (first is '\'' or '"')
        {
            return new JsonOperand(null, false, JsonKind.String, Encoding.UTF8.GetBytes(Quoted()));
        }

        int start = _at;
        while (char.IsAsciiLetterOrDigit(Current) || Current is '-' or '+' or '.')
        {
            _at++;
        }

        string word = text[start.._at];
        JsonKind? kind = word switch
        {
            "true" => JsonKind.True,
            "false" => JsonKind.False,
            "null" => JsonKind.Null,
            _ => double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? JsonKind.Decimal : null,
        };
        return kind is { } known
            ? new JsonOperand(null, false, known, Encoding.UTF8.GetBytes(word))
            : throw Error("expected '@', '$', a string, a number, true, false or null");
    }

    private bool Accept(string symbol)
    {
        Space();
        if (!text.AsSpan(_at).StartsWith(symbol))
        {
            return false;
        }

        _at += symbol.Length;
        return true;
    }

    private bool AcceptWord(string word)
    {
        Space();
        int end = _at + word.Length;
        return text.AsSpan(_at).StartsWith(word, StringComparison.OrdinalIgnoreCase)
            && (end == text.Length || !char.IsAsciiLetterOrDigit(text[end])) && Accept(text[_at..end]);
    }

    private void Space()
    {
        while (Current == ' ')
        {
            _at++;
        }
    }

    private void Take(char c)
    {
        Space();
        if (Current != c)
        {
            throw Error($"expected '{c}'");
        }

        _at++;
    }

    private FormatException Error(string what) => new($"{what} (at character {_at + 1})");
}
