using System;
using System.Runtime.CompilerServices;
using System.Text;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Execution;

/// <summary>Converts between text and bytes, which are its UTF-8, and fits bytes to a length.</summary>
internal static class BinaryCasts
{
    /// <summary>Reads bytes as UTF-8; what is none becomes the replacement character.</summary>
    public static int ToText(CastPlan plan, int input) =>
        plan.Emit(new RowStep<BytesToText, Utf8, Utf8>(input), Layout.View);

    /// <summary>Cuts bytes to a length and pads BINARY with zeros.</summary>
    public static int ToBinary(CastPlan plan, int input)
    {
        SqlType to = plan.To;
        bool pad = to.Id == SqlTypeId.Binary;
        bool fits = TypeCoercion.IsBinary(plan.From)
            && (pad ? plan.From.Id == SqlTypeId.Binary && plan.From.Length == to.Length : plan.From.Length <= to.Length);
        return fits || (!pad && to.Length == SqlType.MaxLength) ? input : plan.Emit(
            new RowStep<FitBytes, Utf8, Utf8>(input), Layout.View, new TextSpec(default, 0, 0, to.Length, pad));
    }
}

internal readonly struct BytesToText : IRowOp<Utf8, Utf8>
{
    public static bool Apply(Frame frame, Utf8 a, out Utf8 result)
    {
        result = System.Text.Unicode.Utf8.IsValid(a.Span) ? a : Replaced(frame, a);
        return true;
    }

    /// <summary>Each ill-formed part becomes one U+FFFD of three bytes.</summary>
    private static unsafe Utf8 Replaced(Frame frame, Utf8 a)
    {
        int room = checked(a.Length * 3);
        var target = new Span<byte>(frame.Reserve(room), room);
        ReadOnlySpan<byte> rest = a.Span;
        int written = 0;
        while (!rest.IsEmpty)
        {
            Rune.DecodeFromUtf8(rest, out Rune rune, out int used);
            written += rune.EncodeToUtf8(target[written..]);
            rest = rest[used..];
        }

        return frame.Commit(written);
    }
}

internal readonly struct FitBytes : IRowOp<Utf8, Utf8>
{
    public static bool Apply(Frame frame, Utf8 a, out Utf8 result)
    {
        var spec = Unsafe.As<TextSpec>(frame.State!);
        result = a.Length >= spec.Length ? a.Slice(0, spec.Length) : spec.Pad ? Padded(frame, a, spec.Length) : a;
        return true;
    }

    private static unsafe Utf8 Padded(Frame frame, Utf8 a, int length)
    {
        var target = new Span<byte>(frame.Reserve(Math.Max(16, length)), length);
        a.Span.CopyTo(target);
        target[a.Length..].Clear();
        return frame.Commit(length);
    }
}
