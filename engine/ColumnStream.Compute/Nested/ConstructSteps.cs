using System.Numerics;
using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Nested;

/// <summary>Makes arrays of one register an element.</summary>
internal sealed unsafe class ArrayOfStep(int[] elements, Layout layout) : RowStep
{
    private readonly ArrayWriter _writer = new(layout);

    protected override byte* Validity(Frame frame) => null;

    protected override void RunRows(Frame frame, ulong* mask)
    {
        for (int w = 0; w < 8; w++)
        {
            for (ulong bits = mask[w]; bits != 0; bits &= bits - 1)
            {
                int row = (w * 64) + BitOperations.TrailingZeroCount(bits);
                foreach (int element in elements)
                {
                    ArgumentReader.Add(frame, frame[element], row, _writer);
                }

                Frame.Store(frame[Result], row, _writer.Finish(frame));
            }
        }
    }
}

/// <summary>Makes maps of registers that alternate between key and value.</summary>
internal sealed unsafe class MapOfStep(int[] entries, Layout keys, Layout values) : RowStep
{
    private readonly MapWriter _writer = new(keys, values);

    protected override byte* Validity(Frame frame) => null;

    protected override void RunRows(Frame frame, ulong* mask)
    {
        for (int w = 0; w < 8; w++)
        {
            for (ulong bits = mask[w]; bits != 0; bits &= bits - 1)
            {
                int row = (w * 64) + BitOperations.TrailingZeroCount(bits);
                for (int i = 0; i < entries.Length; i += 2)
                {
                    ArgumentReader.Add(frame, frame[entries[i]], row, _writer.Keys);
                    ArgumentReader.Add(frame, frame[entries[i + 1]], row, _writer.Values);
                }

                Frame.Store(frame[Result], row, _writer.Finish(frame));
            }
        }
    }
}

/// <summary>Makes rows of one register a field.</summary>
/// <param name="fields">The fields.</param>
/// <param name="layout">Where they stand.</param>
/// <param name="whole">Is NULL where the row is to be NULL, or -1 for never.</param>
/// <param name="tried">
/// For each field a register that was converted to it: a value that became NULL makes the row NULL; -1 for none.
/// </param>
internal sealed unsafe class RowOfStep(int[] fields, RowLayout layout, int whole = -1, int[]? tried = null) : RowStep
{
    private readonly RowWriter _writer = new(layout);

    protected override byte* Validity(Frame frame) => whole < 0 ? null : frame[whole].Valid;

    protected override void RunRows(Frame frame, ulong* mask)
    {
        for (int w = 0; w < 8; w++)
        {
            for (ulong bits = mask[w]; bits != 0; bits &= bits - 1)
            {
                int row = (w * 64) + BitOperations.TrailingZeroCount(bits);
                if (HasFailed(frame, row))
                {
                    Missing(frame, row);
                    continue;
                }

                _writer.Begin();
                for (int i = 0; i < fields.Length; i++)
                {
                    ArgumentReader.Set(frame, frame[fields[i]], row, _writer, i);
                }

                Frame.Store(frame[Result], row, _writer.Finish(frame));
            }
        }
    }

    private bool HasFailed(Frame frame, int row)
    {
        for (int i = 0; tried is not null && i < tried.Length; i++)
        {
            if (tried[i] >= 0 && ArgumentReader.IsNull(frame[fields[i]], row)
                && !ArgumentReader.IsNull(frame[tried[i]], row))
            {
                return true;
            }
        }

        return false;
    }
}
