using System;
using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Pads and cuts text to a number of characters.</summary>
internal static unsafe class PadKernel
{
    /// <summary>Answers false for a negative length, or where there is nothing to pad with.</summary>
    public static bool Run(Frame frame, Utf8 text, int length, Utf8 pad, bool left, out Utf8 result)
    {
        result = text;
        if (length < 0 || pad.Length == 0)
        {
            return false;
        }

        int cut = CodePoints.OffsetOf(text.Span, length, out int found);
        if (found == length)
        {
            result = text.Slice(0, cut);
            return true;
        }

        int padCharacters = CodePoints.Count(pad.Span);
        int missing = length - found;
        int whole = missing / padCharacters;
        int part = CodePoints.OffsetOf(pad.Span, missing % padCharacters, out _);
        long needed = ((long)whole * pad.Length) + part;
        byte* start = frame.Reserve(text.Length + needed + 16);
        int padBytes = (int)needed;
        var target = new Span<byte>(start, text.Length + padBytes);
        text.Span.CopyTo(target[(left ? padBytes : 0)..]);
        Span<byte> room = target.Slice(left ? 0 : text.Length, padBytes);
        for (int i = 0; i < whole; i++)
        {
            pad.Span.CopyTo(room[(i * pad.Length)..]);
        }

        pad.Span[..part].CopyTo(room[(whole * pad.Length)..]);
        result = frame.Commit(target.Length);
        return true;
    }
}
