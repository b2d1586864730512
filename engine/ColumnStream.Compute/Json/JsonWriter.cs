using System;
using System.Buffers;
using System.Collections.Generic;

namespace ColumnStream.Compute.Json;

/// <summary>Writes parts of documents in canonical form: no spaces, names sorted, each once, numbers and escapes in one way.</summary>
internal sealed class JsonWriter
{
    private readonly List<int> _names = [];
    private readonly NameOrder _order = new();
    private byte[] _room = new byte[64];

    /// <summary>Gets what was written.</summary>
    public ArrayBufferWriter<byte> Output { get; } = new();

    /// <summary>Writes what a path found: one value of a definite path, an array of all values otherwise.</summary>
    public void Write(JsonTape tape, JsonPath path, List<JsonMatch> matches)
    {
        if (path.IsDefinite)
        {
            Write(tape, matches[0]);
            return;
        }

        Output.Write("["u8);
        for (int i = 0; i < matches.Count; i++)
        {
            Output.Write(i == 0 ? default : ","u8);
            Write(tape, matches[i]);
        }

        Output.Write("]"u8);
    }

    /// <summary>Writes one found value.</summary>
    public void Write(JsonTape tape, in JsonMatch match)
    {
        if (match.Node < 0)
        {
            System.Buffers.Text.Utf8Formatter.TryFormat(match.Number, Output.GetSpan(16), out int written);
            Output.Advance(written);
            return;
        }

        if (match.Names is null)
        {
            Write(tape, match.Node);
            return;
        }

        Object(tape, match.Node, match.Names);
    }

    /// <summary>Writes a node and all it holds.</summary>
    public void Write(JsonTape tape, int node)
    {
        switch (tape[node].Kind)
        {
            case JsonKind.Integer or JsonKind.Decimal:
                JsonNumber.Write(Output, tape.Raw(node));
                break;
            case JsonKind.String or JsonKind.Name:
                JsonText.WriteQuoted(Output, Text(tape, node, ref _room));
                break;
            case JsonKind.Array:
                Output.Write("["u8);
                for (int child = node + 1; child < tape[node].End; child = tape[child].End)
                {
                    Output.Write(child == node + 1 ? default : ","u8);
                    Write(tape, child);
                }

                Output.Write("]"u8);
                break;
            case JsonKind.Object:
                Object(tape, node, null);
                break;
            default:
                Output.Write(tape.Raw(node));
                break;
        }
    }

    /// <summary>Writes a scalar as text: strings without quotes and escapes.</summary>
    public void WriteText(JsonTape tape, int node)
    {
        if (tape[node].Kind == JsonKind.String)
        {
            Output.Write(Text(tape, node, ref _room));
        }
        else
        {
            Write(tape, node);
        }
    }

    private static ReadOnlySpan<byte> Text(JsonTape tape, int node, ref byte[] room)
    {
        ReadOnlySpan<byte> raw = tape.Raw(node);
        if (!tape[node].IsEscaped)
        {
            return raw;
        }

        if (room.Length < raw.Length)
        {
            room = new byte[raw.Length * 2];
        }

        return room.AsSpan(0, JsonText.Unescape(raw, room));
    }

    private void Object(JsonTape tape, int node, byte[][]? only)
    {
        int first = _names.Count;
        bool isSorted = true;
        _order.Tape = tape;
        for (int name = node + 1; name < tape[node].End; name = tape[name + 1].End)
        {
            if (only is null || IsOneOf(Text(tape, name, ref _room), only))
            {
                isSorted = isSorted && (_names.Count == first || _order.CompareText(_names[^1], name) < 0);
                _names.Add(name);
            }
        }

        if (!isSorted)
        {
            _names.Sort(first, _names.Count - first, _order);
        }

        Output.Write("{"u8);
        int end = _names.Count;
        bool isFirst = true;
        for (int i = first; i < end; i++)
        {
            // Of equal names, which stand beside each other, the last counts.
            if (isSorted || i + 1 == end || _order.CompareText(_names[i], _names[i + 1]) != 0)
            {
                Output.Write(isFirst ? default : ","u8);
                Write(tape, _names[i]);
                Output.Write(":"u8);
                Write(tape, _names[i] + 1);
                isFirst = false;
            }
        }

        Output.Write("}"u8);
        _names.RemoveRange(first, _names.Count - first);
    }

    private static bool IsOneOf(ReadOnlySpan<byte> name, byte[][] names)
    {
        foreach (byte[] candidate in names)
        {
            if (name.SequenceEqual(candidate))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Orders names of one document by text, equal ones by place.</summary>
    private sealed class NameOrder : IComparer<int>
    {
        private byte[] _left = new byte[64];
        private byte[] _right = new byte[64];

        public JsonTape Tape { get; set; } = null!;

        public int Compare(int x, int y)
        {
            int order = CompareText(x, y);
            return order == 0 ? x.CompareTo(y) : order;
        }

        public int CompareText(int x, int y) => JsonText.CompareUtf16(Text(Tape, x, ref _left), Text(Tape, y, ref _right));
    }
}
