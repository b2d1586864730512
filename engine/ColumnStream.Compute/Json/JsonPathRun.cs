using System;
using System.Collections.Generic;
using System.Globalization;

namespace ColumnStream.Compute.Json;

/// <summary>Applies paths to documents; keeps its room between calls.</summary>
internal sealed class JsonPathRun
{
    /// <summary>Most nodes that one path looks at in one document.</summary>
    private const int MaxVisits = 10_000_000;

    private readonly List<JsonMatch> _matches = [];
    private byte[] _left = new byte[64];
    private byte[] _right = new byte[64];
    private JsonTape _tape = null!;
    private int _visits;
    private bool _isMissing;

    /// <summary>Gets what the last path found, in document order.</summary>
    public List<JsonMatch> Matches => _matches;

    /// <summary>Gets whether the last path was given up because it looks at too many nodes.</summary>
    public bool IsTooMuch => _visits > MaxVisits;

    /// <summary>Applies a path; false when a step in front of all that select many finds nothing to go on with.</summary>
    public bool Find(JsonPath path, JsonTape tape)
    {
        _tape = tape;
        _matches.Clear();
        _visits = 0;
        _isMissing = false;
        Step(0, path.Steps, 0);
        return !_isMissing && !IsTooMuch && (!path.IsDefinite || _matches.Count > 0);
    }

    /// <summary>Finds the last member of a name; -1 for none.</summary>
    public int Member(JsonTape tape, int node, ReadOnlySpan<byte> name)
    {
        int found = -1;
        int end = tape[node].End;
        for (int i = node + 1; i < end; i = tape[i + 1].End)
        {
            _visits++;
            if (Text(tape, i, ref _right).SequenceEqual(name))
            {
                found = i + 1;
            }
        }

        return found;
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

    private void Step(int node, JsonStep[] steps, int index)
    {
        if (++_visits > MaxVisits)
        {
            return;
        }

        if (index == steps.Length)
        {
            _matches.Add(new JsonMatch(node, null, 0));
            return;
        }

        JsonStep step = steps[index];
        JsonKind kind = _tape[node].Kind;
        switch (step.Kind)
        {
            case JsonStepKind.Member or JsonStepKind.Members when kind != JsonKind.Object:
                _isMissing |= step.IsUpstreamDefinite;
                break;
            case JsonStepKind.Members when step.IsLast:
                _matches.Add(new JsonMatch(node, step.Names, 0));
                break;
            case JsonStepKind.Member or JsonStepKind.Members:
                Members(node, steps, index);
                break;
            case JsonStepKind.Index or JsonStepKind.Indexes or JsonStepKind.Slice when kind != JsonKind.Array:
                _isMissing |= step.IsUpstreamDefinite;
                break;
            case JsonStepKind.Index or JsonStepKind.Indexes:
                Indexes(node, steps, index);
                break;
            case JsonStepKind.Slice:
                Slice(node, steps, index);
                break;
            case JsonStepKind.Wildcard:
                for (int child = First(node); child < _tape[node].End; child = NextOf(node, child))
                {
                    Step(child, steps, index + 1);
                }

                break;
            case JsonStepKind.Descend:
                for (int i = node; i < _tape[node].End; i++)
                {
                    if (_tape[i].Kind >= JsonKind.Array)
                    {
                        Step(i, steps, index + 1);
                    }
                }

                break;
            case JsonStepKind.Filter:
                Filter(node, steps, index);
                break;
            default:
                Length(node);
                break;
        }
    }

    private void Members(int node, JsonStep[] steps, int index)
    {
        foreach (byte[] name in steps[index].Names)
        {
            int child = Member(_tape, node, name);
            if (child >= 0)
            {
                Step(child, steps, index + 1);
            }
            else
            {
                _isMissing |= steps[index].IsUpstreamDefinite && steps[index].IsDefinite && !steps[index].IsLast;
            }
        }
    }

    private void Indexes(int node, JsonStep[] steps, int index)
    {
        int count = -1;
        foreach (int position in steps[index].Indexes)
        {
            count = position < 0 && count < 0 ? Count(node) : count;
            int target = position < 0 ? count + position : position;
            int child = node + 1;
            for (int i = 0; i < target && child < _tape[node].End; i++)
            {
                _visits++;
                child = _tape[child].End;
            }

            if (target >= 0 && child < _tape[node].End)
            {
                Step(child, steps, index + 1);
            }
        }
    }

    private void Slice(int node, JsonStep[] steps, int index)
    {
        int count = Count(node);
        long from = steps[index].From ?? 0;
        long to = steps[index].To ?? count;
        from = Math.Max(0, from < 0 ? count + from : from);
        to = to < 0 ? count + to : to;
        int position = 0;
        for (int child = node + 1; child < _tape[node].End; child = _tape[child].End, position++)
        {
            if (position >= from && position < to)
            {
                Step(child, steps, index + 1);
            }
        }
    }

    private void Filter(int node, JsonStep[] steps, int index)
    {
        JsonFilter filter = steps[index].Filter!;
        switch (_tape[node].Kind)
        {
            case JsonKind.Array:
                for (int child = node + 1; child < _tape[node].End; child = _tape[child].End)
                {
                    if (IsTrue(filter, child))
                    {
                        Step(child, steps, index + 1);
                    }
                }

                break;
            case JsonKind.Object:
                if (IsTrue(filter, node))
                {
                    Step(node, steps, index + 1);
                }

                break;
            default:
                _isMissing |= steps[index].IsUpstreamDefinite;
                break;
        }
    }

    private void Length(int node)
    {
        switch (_tape[node].Kind)
        {
            case JsonKind.Array or JsonKind.Object:
                _matches.Add(new JsonMatch(-1, null, Count(node)));
                break;
            case JsonKind.String:
                int length = System.Text.Encoding.UTF8.GetCharCount(Text(_tape, node, ref _left));
                _matches.Add(new JsonMatch(-1, null, length));
                break;
            default:
                break;
        }
    }

    private int First(int node) =>
        _tape[node].Kind switch { JsonKind.Array => node + 1, JsonKind.Object => node + 2, _ => _tape[node].End };

    private int NextOf(int parent, int child) =>
        _tape[parent].Kind == JsonKind.Object ? _tape[child].End + 1 : _tape[child].End;

    private int Count(int node)
    {
        int count = 0;
        for (int child = First(node); child < _tape[node].End; child = NextOf(node, child))
        {
            count++;
        }

        _visits += count;
        return count;
    }

    private bool IsTrue(JsonFilter filter, int node) => filter switch
    {
        JsonFilter.Both both => both.IsAnd
            ? IsTrue(both.Left, node) && IsTrue(both.Right, node) : IsTrue(both.Left, node) || IsTrue(both.Right, node),
        JsonFilter.Not not => !IsTrue(not.Inner, node),
        JsonFilter.Exists exists => Value(exists.Path, node) != int.MinValue,
        JsonFilter.Compare compare => IsTrue(compare.Left, compare.Operator, compare.Right, node),
        JsonFilter.Member member => Array.Exists(member.Values, v => IsTrue(member.Left, "==", v, node)) != member.IsNegated,
        _ => false,
    };

    /// <summary>Finds the first node of a path; int.MinValue for none, and the negated length - 1 for a length.</summary>
    private int Value(JsonOperand operand, int node)
    {
        int mark = _matches.Count;
        bool isMissing = _isMissing;
        Step(operand.FromRoot ? 0 : node, operand.Steps!, 0);
        JsonMatch? found = _matches.Count > mark ? _matches[mark] : null;
        _matches.RemoveRange(mark, _matches.Count - mark);
        _isMissing = isMissing;
        return found is { } match ? (match.Node < 0 ? -match.Number - 1 : match.Node) : int.MinValue;
    }

    private bool IsTrue(JsonOperand left, string comparison, JsonOperand right, int node)
    {
        JsonKind? leftKind = Read(left, node, ref _left, out int leftLength, out double leftNumber);
        JsonKind? rightKind = Read(right, node, ref _right, out int rightLength, out double rightNumber);
        if (leftKind is not { } a || rightKind is not { } b)
        {
            return comparison == "!=";
        }

        bool isNumber = IsNumber(a) || IsNumber(b);
        bool areComparable = isNumber
            ? !double.IsNaN(leftNumber) && !double.IsNaN(rightNumber) : a == JsonKind.String && b == JsonKind.String;
        if (comparison is "==" or "!=")
        {
            bool isEqual = isNumber
                ? areComparable && leftNumber == rightNumber
                : a == b && (a != JsonKind.String || _left.AsSpan(0, leftLength).SequenceEqual(_right.AsSpan(0, rightLength)));
            return isEqual == (comparison == "==");
        }

        if (!areComparable || IsNumber(a) != IsNumber(b))
        {
            return false;
        }

        int order = isNumber
            ? leftNumber.CompareTo(rightNumber)
            : JsonText.CompareUtf16(_left.AsSpan(0, leftLength), _right.AsSpan(0, rightLength));
        return comparison switch { "<" => order < 0, "<=" => order <= 0, ">" => order > 0, _ => order >= 0 };
    }

    private static bool IsNumber(JsonKind kind) => kind is JsonKind.Integer or JsonKind.Decimal;

    /// <summary>Copies a value's text into a room; the number is NaN when it is none. Null when a path finds nothing.</summary>
    private JsonKind? Read(JsonOperand operand, int node, ref byte[] room, out int length, out double number)
    {
        length = 0;
        number = double.NaN;
        JsonKind kind = operand.Kind;
        if (operand.Steps is null)
        {
            Copy(operand.Text, ref room, out length);
        }
        else
        {
            int found = Value(operand, node);
            if (found == int.MinValue)
            {
                return null;
            }

            if (found < 0)
            {
                number = -found - 1;
                return JsonKind.Integer;
            }

            kind = _tape[found].Kind;
            Copy(Text(_tape, found, ref room), ref room, out length);
        }

        if ((IsNumber(kind) || kind == JsonKind.String) && !double.TryParse(
            room.AsSpan(0, length), NumberStyles.Float, CultureInfo.InvariantCulture, out number))
        {
            number = double.NaN;
        }

        return kind;
    }

    private static void Copy(ReadOnlySpan<byte> text, ref byte[] room, out int length)
    {
        length = text.Length;
        if (room.Length < length)
        {
            byte[] larger = new byte[length * 2];
            text.CopyTo(larger);
            room = larger;
            return;
        }

        text.CopyTo(room);
    }
}
