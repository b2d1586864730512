using System;
using System.Buffers;

namespace ColumnStream.Compute.Json;

/// <summary>
/// Reads one JSON text (RFC 8259) after the other into a flat list of nodes in document order; nothing is allocated once the
/// list has grown.
/// </summary>
/// <remarks>
/// A node's children lie between it and its <c>End</c>. No recursion, no exceptions: a wrong text is an answer. Of equal names
/// in one object the last counts. The text must live as long as the nodes are read.
/// </remarks>
internal sealed unsafe class JsonTape
{
    /// <summary>Deepest nesting that is read.</summary>
    public const int MaxDepth = 1000;

    private const int ShortText = 12;
    private static readonly SearchValues<byte> StringEnds = SearchValues.Create(Ends());
    private readonly int[] _open = new int[MaxDepth];
    private JsonNode[] _nodes = new JsonNode[64];
    private byte* _text;
    private int _length;
    private int _at;
    private int _depth;

    /// <summary>Gets the number of nodes; 0 after a wrong text.</summary>
    public int Count { get; private set; }

    /// <summary>Gets what is wrong with the text, or null.</summary>
    public string? Error { get; private set; }

    /// <summary>Gets the byte where it is wrong.</summary>
    public int ErrorAt { get; private set; }

    /// <summary>Gets the node at an index; 0 is the root.</summary>
    public ref readonly JsonNode this[int index] => ref _nodes[index];

    /// <summary>Returns the bytes of a scalar or name; escapes stay.</summary>
    public ReadOnlySpan<byte> Raw(int node) => new(_text + _nodes[node].Start, _nodes[node].Length);

    /// <summary>Reads a text; false when it is not JSON.</summary>
    public bool Parse(byte* text, int length)
    {
        _text = text;
        (_length, _at, _depth) = (length, 0, 0);
        (Count, Error) = (0, null);
        if (!ParseValue())
        {
            Count = 0;
            return false;
        }

        return true;
    }

    private static byte[] Ends()
    {
        byte[] ends = new byte[34];
        for (int i = 0; i < 32; i++)
        {
            ends[i] = (byte)i;
        }

        ends[32] = (byte)'"';
        ends[33] = (byte)'\\';
        return ends;
    }

    private bool ParseValue()
    {
        while (true)
        {
            int c = Next();
            if (c < 0)
            {
                return Fail("a value is missing");
            }

            bool isDone = true;
            if (c is '{' or '[')
            {
                if (!Open(c))
                {
                    return false;
                }

                isDone = Next() == (c == '{' ? '}' : ']');
                if (isDone)
                {
                    Close();
                }
                else if (c == '{' && !Name())
                {
                    return false;
                }
            }
            else if (!Scalar(c))
            {
                return false;
            }

            if (!isDone)
            {
                continue;
            }

            if (!Behind(out bool atEnd))
            {
                return false;
            }

            if (atEnd)
            {
                return true;
            }
        }
    }

    /// <summary>Closes what ends behind a value and moves to the next one; at the end there must be nothing.</summary>
    private bool Behind(out bool atEnd)
    {
        atEnd = false;
        while (_depth > 0)
        {
            bool inObject = _nodes[_open[_depth - 1]].Kind == JsonKind.Object;
            int c = Next();
            if (c == ',')
            {
                _at++;
                return !inObject || Name();
            }

            if (c != (inObject ? '}' : ']'))
            {
                return Fail(c < 0 ? "the text ends inside" : inObject ? "expected ',' or '}'" : "expected ',' or ']'");
            }

            Close();
        }

        atEnd = true;
        return Next() < 0 || Fail("something stands behind the value");
    }

    /// <summary>Moves over space; returns the next byte, or -1 at the end.</summary>
    private int Next()
    {
        while (_at < _length)
        {
            byte c = _text[_at];
            if (c > ' ' || c is not ((byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t'))
            {
                return c;
            }

            _at++;
        }

        return -1;
    }

    private bool Open(int c)
    {
        if (_depth == MaxDepth)
        {
            return Fail("it is nested too deep");
        }

        _open[_depth++] = Count;
        Add(c == '{' ? JsonKind.Object : JsonKind.Array, _at, 0, false);
        _at++;
        return true;
    }

    private void Close()
    {
        _at++;
        _nodes[_open[--_depth]].End = Count;
    }

    private bool Name()
    {
        if (Next() != '"')
        {
            return Fail("expected a name in quotes");
        }

        if (!Quoted(JsonKind.Name))
        {
            return false;
        }

        if (Next() != ':')
        {
            return Fail("expected ':'");
        }

        _at++;
        return true;
    }

    private bool Scalar(int c) => c switch
    {
        '"' => Quoted(JsonKind.String),
        't' => Word("true"u8, JsonKind.True),
        'f' => Word("false"u8, JsonKind.False),
        'n' => Word("null"u8, JsonKind.Null),
        _ => Number(),
    };

    private bool Word(ReadOnlySpan<byte> word, JsonKind kind)
    {
        if (!new ReadOnlySpan<byte>(_text + _at, _length - _at).StartsWith(word))
        {
            return Fail("expected a value");
        }

        Add(kind, _at, word.Length, false);
        _at += word.Length;
        return IsDelimited();
    }

    private bool IsDelimited() => _at == _length
        || _text[_at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t' or (byte)',' or (byte)']' or (byte)'}'
        || Fail("expected a value");

    private bool Number()
    {
        int start = _at;
        int at = _at + (_text[_at] == '-' ? 1 : 0);
        int digits = Digits(ref at);
        bool isInteger = true;
        bool isValid = digits > 0 && (digits == 1 || _text[at - digits] != '0');
        if (isValid && at < _length && _text[at] == '.')
        {
            at++;
            isInteger = false;
            isValid = Digits(ref at) > 0;
        }

        if (isValid && at < _length && _text[at] is (byte)'e' or (byte)'E')
        {
            at++;
            at += at < _length && _text[at] is (byte)'+' or (byte)'-' ? 1 : 0;
            isInteger = false;
            isValid = Digits(ref at) > 0;
        }

        if (!isValid)
        {
            return Fail("expected a value");
        }

        Add(isInteger ? JsonKind.Integer : JsonKind.Decimal, start, at - start, false);
        _at = at;
        return IsDelimited();
    }

    private int Digits(ref int at)
    {
        int start = at;
        while (at < _length && (uint)(_text[at] - '0') <= 9)
        {
            at++;
        }

        return at - start;
    }

    private bool Quoted(JsonKind kind)
    {
        int start = ++_at;
        bool isEscaped = false;
        while (true)
        {
            if (!ToStringEnd())
            {
                _at = _length;
                return Fail("a string does not end");
            }

            if (_text[_at] == '"')
            {
                Add(kind, start, _at - start, isEscaped);
                _at++;
                return true;
            }

            if (_text[_at] != '\\' || !Escape())
            {
                return Fail(_text[_at] == '\\' ? "an escape is wrong" : "a control character stands in a string");
            }

            isEscaped = true;
        }
    }

    /// <summary>Moves to the next quote, backslash or control character: the first bytes one by one, as most names are short.</summary>
    private bool ToStringEnd()
    {
        for (int most = Math.Min(_length, _at + ShortText); _at < most; _at++)
        {
            byte c = _text[_at];
            if (c < ' ' || c is (byte)'"' or (byte)'\\')
            {
                return true;
            }
        }

        int found = new ReadOnlySpan<byte>(_text + _at, _length - _at).IndexOfAny(StringEnds);
        _at += Math.Max(0, found);
        return found >= 0;
    }

    private bool Escape()
    {
        int left = _length - _at;
        if (left >= 2 && "\"\\/bfnrt"u8.Contains(_text[_at + 1]))
        {
            _at += 2;
            return true;
        }

        bool isUnicode = left >= 6 && _text[_at + 1] == 'u';
        for (int i = 2; isUnicode && i < 6; i++)
        {
            isUnicode = char.IsAsciiHexDigit((char)_text[_at + i]);
        }

        _at += isUnicode ? 6 : 0;
        return isUnicode;
    }

    private void Add(JsonKind kind, int start, int length, bool isEscaped)
    {
        if (Count == _nodes.Length)
        {
            Array.Resize(ref _nodes, Count * 2);
        }

        ref JsonNode node = ref _nodes[Count++];
        node.Kind = kind;
        node.IsEscaped = isEscaped;
        node.Start = start;
        node.Length = length;
        node.End = Count;
    }

    private bool Fail(string error)
    {
        (Error, ErrorAt) = (error, _at);
        return false;
    }
}
