using System.Numerics;
using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Nested;

/// <summary>Writes an array of texts: <c>[a, b, NULL]</c>.</summary>
internal readonly unsafe struct ArrayToText : IRowOp<Utf8, Utf8>
{
    public static bool Apply(Frame frame, Utf8 a, out Utf8 result)
    {
        var array = new ArrayValue(a, Layout.View);
        byte* room = frame.Reserve(array.Bytes.Length + (array.Count * 6L) + 16);
        byte* at = room;
        *at++ = (byte)'[';
        for (int i = 0; i < array.Count; i++)
        {
            at = NestedText.Element(NestedText.Separator(at, i), array, i);
        }

        *at++ = (byte)']';
        result = frame.Commit((int)(at - room));
        return true;
    }
}

/// <summary>Writes a map of texts: <c>{a=1, b=NULL}</c>.</summary>
internal readonly unsafe struct MapToText : IRowOp<Utf8, Utf8, Utf8>
{
    public static bool Apply(Frame frame, Utf8 a, Utf8 b, out Utf8 result)
    {
        var keys = new ArrayValue(a, Layout.View);
        var values = new ArrayValue(b, Layout.View);
        byte* room = frame.Reserve(keys.Bytes.Length + values.Bytes.Length + (keys.Count * 11L) + 16);
        byte* at = room;
        *at++ = (byte)'{';
        for (int i = 0; i < keys.Count; i++)
        {
            at = NestedText.Element(NestedText.Separator(at, i), keys, i);
            *at++ = (byte)'=';
            at = NestedText.Element(at, values, i);
        }

        *at++ = (byte)'}';
        result = frame.Commit((int)(at - room));
        return true;
    }
}

/// <summary>Writes a row of text registers: <c>(a, b, NULL)</c>.</summary>
internal sealed unsafe class RowToTextStep(int source, int[] fields) : RowStep
{
    protected override byte* Validity(Frame frame) => frame[source].Valid;

    protected override void RunRows(Frame frame, ulong* mask)
    {
        for (int w = 0; w < 8; w++)
        {
            for (ulong bits = mask[w]; bits != 0; bits &= bits - 1)
            {
                int row = (w * 64) + BitOperations.TrailingZeroCount(bits);
                Frame.Store(frame[Result], row, Write(frame, row));
            }
        }
    }

    private Utf8 Write(Frame frame, int row)
    {
        long bytes = 16;
        foreach (int field in fields)
        {
            bytes += 6 + (ArgumentReader.IsNull(frame[field], row) ? 0 : frame.Text(frame[field], row).Length);
        }

        byte* room = frame.Reserve(bytes);
        byte* at = room;
        *at++ = (byte)'(';
        for (int i = 0; i < fields.Length; i++)
        {
            at = NestedText.Separator(at, i);
            at = ArgumentReader.IsNull(frame[fields[i]], row)
                ? NestedText.Copy(at, "NULL"u8) : NestedText.Copy(at, frame.Text(frame[fields[i]], row).Span);
        }

        *at++ = (byte)')';
        return frame.Commit((int)(at - room));
    }
}

/// <summary>Writes the pieces that texts of nested values share.</summary>
internal static unsafe class NestedText
{
    public static byte* Separator(byte* at, int index) => index == 0 ? at : Copy(at, ", "u8);

    public static byte* Element(byte* at, in ArrayValue texts, int index) =>
        Copy(at, texts.IsNull(index) ? "NULL"u8 : texts.Text(index).Span);

    public static byte* Copy(byte* at, System.ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(new System.Span<byte>(at, bytes.Length));
        return at + bytes.Length;
    }
}
