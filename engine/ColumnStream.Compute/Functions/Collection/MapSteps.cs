using System.Numerics;
using System.Runtime.CompilerServices;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Nested;

namespace ColumnStream.Compute.Functions.Collection;

/// <summary>Joins maps; NULL where any is NULL, and of equal keys the later map's value counts.</summary>
internal sealed unsafe class UnionMapsStep(int[] maps, Layout keys, Layout values) : RowStep
{
    private readonly MapWriter _writer = new(keys, values);

    protected override byte* Validity(Frame frame)
    {
        byte* valid = null;
        foreach (int map in maps)
        {
            valid = frame.And(Result, valid, frame[map].Valid);
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
                foreach (int map in maps)
                {
                    var value = new MapValue(frame.Text(frame[map], row), keys, values);
                    _writer.Keys.AddAll(value.Keys);
                    _writer.Values.AddAll(value.Values);
                }

                Frame.Store(frame[Result], row, _writer.Finish(frame));
            }
        }
    }
}

/// <summary>Holds what makes rows of entries.</summary>
internal sealed class EntryMaker(Layout keys, Layout values)
{
    public MapLayouts Layouts { get; } = new(keys, values);

    public RowWriter Row { get; } = new(new RowLayout([keys, values]));

    public ArrayWriter Rows { get; } = new(Layout.View);
}

/// <summary>Gives the entries of a map as an array of rows.</summary>
internal readonly struct EntriesOf : IRowOp<Utf8, Utf8>
{
    public static bool Apply(Frame frame, Utf8 a, out Utf8 result)
    {
        var maker = Unsafe.As<EntryMaker>(frame.State!);
        var map = new MapValue(a, maker.Layouts.Keys, maker.Layouts.Values);
        for (int i = 0; i < map.Count; i++)
        {
            maker.Row.Begin();
            ArgumentReader.Set(map.Keys, i, maker.Row, 0);
            ArgumentReader.Set(map.Values, i, maker.Row, 1);
            maker.Rows.Add(maker.Row.Finish());
        }

        result = maker.Rows.Finish(frame);
        return true;
    }
}
