using System.Numerics;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Nested;

namespace ColumnStream.Compute.Functions.Collection;

/// <summary>Names what is done with an array and one value.</summary>
internal enum ElementDeed : byte
{
    Append,
    Prepend,
    Remove,
    Contains,
    Position,
}

/// <summary>Does something with an array and one value, which may be NULL.</summary>
internal sealed unsafe class ElementStep(ElementDeed deed, int array, int element, Layout layout) : RowStep
{
    private readonly ArrayWriter _writer = new(layout);
    private readonly ArrayWriter _needle = new(layout);
    private readonly ByteWriter _bytes = new();

    protected override byte* Validity(Frame frame) => deed == ElementDeed.Position
        ? frame.And(Result, frame[array].Valid, frame[element].Valid) : frame[array].Valid;

    protected override void RunRows(Frame frame, ulong* mask)
    {
        for (int w = 0; w < 8; w++)
        {
            for (ulong bits = mask[w]; bits != 0; bits &= bits - 1)
            {
                int row = (w * 64) + BitOperations.TrailingZeroCount(bits);
                Run(frame, new ArrayValue(frame.Text(frame[array], row), layout), row);
            }
        }
    }

    private void Run(Frame frame, in ArrayValue value, int row)
    {
        switch (deed)
        {
            case ElementDeed.Append:
                _writer.AddAll(value);
                ArgumentReader.Add(frame, frame[element], row, _writer);
                break;
            case ElementDeed.Prepend:
                ArgumentReader.Add(frame, frame[element], row, _writer);
                _writer.AddAll(value);
                break;
            case ElementDeed.Remove:
                Remove(value, Needle(frame, row));
                break;
            case ElementDeed.Contains:
                Write(frame[Result], row, IndexOf(frame, value, row) >= 0);
                return;
            default:
                Write(frame[Result], row, IndexOf(frame, value, row) + 1);
                return;
        }

        Frame.Store(frame[Result], row, _writer.Finish(frame));
    }

    private int IndexOf(Frame frame, in ArrayValue value, int row)
    {
        ref Register needle = ref frame[element];
        return ArgumentReader.IsNull(needle, row) ? value.IndexOfNull() : layout switch
        {
            Layout.Bit => value.IndexOf(Read<bool>(frame, needle, row)),
            Layout.Int8 => value.IndexOf(Read<sbyte>(frame, needle, row)),
            Layout.Int16 => value.IndexOf(Read<short>(frame, needle, row)),
            Layout.Int32 => value.IndexOf(Read<int>(frame, needle, row)),
            Layout.Int64 => value.IndexOf(Read<long>(frame, needle, row)),
            Layout.Float32 => value.IndexOf(Read<float>(frame, needle, row)),
            Layout.Float64 => value.IndexOf(Read<double>(frame, needle, row)),
            Layout.Int128 => value.IndexOf(Read<System.Int128>(frame, needle, row)),
            _ => value.IndexOf(Read<Utf8>(frame, needle, row)),
        };
    }

    /// <summary>Puts the value alone into an array, so that it compares as elements do.</summary>
    private ArrayValue Needle(Frame frame, int row)
    {
        ArgumentReader.Add(frame, frame[element], row, _needle);
        _bytes.Clear();
        _needle.Finish(_bytes);
        return new ArrayValue(new Utf8(_bytes.Pointer, _bytes.Length, -1, 0), layout);
    }

    private void Remove(in ArrayValue value, in ArrayValue needle)
    {
        for (int i = 0; i < value.Count; i++)
        {
            if (!value.SameElement(i, needle, 0))
            {
                _writer.AddFrom(value, i);
            }
        }
    }
}

/// <summary>Joins arrays one behind the other; NULL where any is NULL.</summary>
internal sealed unsafe class ConcatArraysStep(int[] arrays, Layout layout) : RowStep
{
    private readonly ArrayWriter _writer = new(layout);

    protected override byte* Validity(Frame frame)
    {
        byte* valid = null;
        foreach (int array in arrays)
        {
            valid = frame.And(Result, valid, frame[array].Valid);
        }

        return valid;
    }

    protected override void RunRows(Frame frame, ulong* mask)
    {
        for (int w = 0; w < 8; w++)
        {
            for (ulong bits = mask[w]; bits != 0; bits &= bits - 1)
            {
                int row = (w * 64) + BitOperations.TrailingZeroCount(bits);
                foreach (int array in arrays)
                {
                    _writer.AddAll(new ArrayValue(frame.Text(frame[array], row), layout));
                }

                Frame.Store(frame[Result], row, _writer.Finish(frame));
            }
        }
    }
}

/// <summary>Names which element of an array is taken.</summary>
internal enum ElementChoice : byte
{
    Only,
    Least,
    Greatest,
}

/// <summary>Takes one element of an array; NULL where there is none.</summary>
internal sealed unsafe class ChooseElementStep(ElementChoice choice, int array, Layout layout) : RowStep
{
    protected override byte* Validity(Frame frame) => frame[array].Valid;

    protected override void RunRows(Frame frame, ulong* mask)
    {
        for (int w = 0; w < 8; w++)
        {
            for (ulong bits = mask[w]; bits != 0; bits &= bits - 1)
            {
                int row = (w * 64) + BitOperations.TrailingZeroCount(bits);
                var value = new ArrayValue(frame.Text(frame[array], row), layout);
                int index = choice == ElementChoice.Only ? Only(frame, value, row) : Extreme(value);
                if (index >= 0)
                {
                    ArgumentReader.Load(value, index, frame[Result], row);
                }
                else
                {
                    // Without an element the result is NULL; a message would make it an error.
                    Missing(frame, row);
                }
            }
        }
    }

    private int Only(Frame frame, in ArrayValue value, int row)
    {
        if (value.Count > 1)
        {
            Fail(frame, row, $"Array has more than one element: {value.Count}.");
        }

        return value.Count == 0 || value.IsNull(0) ? -1 : 0;
    }

    private int Extreme(in ArrayValue value)
    {
        int best = -1;
        for (int i = 0; i < value.Count; i++)
        {
            if (!value.IsNull(i) && (best < 0 || (choice == ElementChoice.Least
                ? value.Compare(i, value, best) < 0 : value.Compare(i, value, best) > 0)))
            {
                best = i;
            }
        }

        return best;
    }
}
