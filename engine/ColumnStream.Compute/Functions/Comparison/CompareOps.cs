using System;
using System.Numerics;
using System.Runtime.Intrinsics;
using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Functions.Comparison;

/// <summary>Answers a = b.</summary>
internal readonly struct EqualOp<T> : ICompareOp<T>, IRowOp<T, T, bool>
    where T : INumber<T>
{
    public static bool Apply(T a, T b) => a == b;

    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => Vector512.Equals(a, b);

    public static bool Apply(Frame frame, T a, T b, out bool result)
    {
        result = a == b;
        return true;
    }
}

/// <summary>Answers a &lt;&gt; b.</summary>
internal readonly struct NotEqualOp<T> : ICompareOp<T>, IRowOp<T, T, bool>
    where T : INumber<T>
{
    public static bool Apply(T a, T b) => a != b;

    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => ~Vector512.Equals(a, b);

    public static bool Apply(Frame frame, T a, T b, out bool result)
    {
        result = a != b;
        return true;
    }
}

/// <summary>Answers a &lt; b.</summary>
internal readonly struct LessOp<T> : ICompareOp<T>, IRowOp<T, T, bool>
    where T : INumber<T>
{
    public static bool Apply(T a, T b) => a < b;

    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => Vector512.LessThan(a, b);

    public static bool Apply(Frame frame, T a, T b, out bool result)
    {
        result = a < b;
        return true;
    }
}

/// <summary>Answers a ≤ b.</summary>
internal readonly struct LessOrEqualOp<T> : ICompareOp<T>, IRowOp<T, T, bool>
    where T : INumber<T>
{
    public static bool Apply(T a, T b) => a <= b;

    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => Vector512.LessThanOrEqual(a, b);

    public static bool Apply(Frame frame, T a, T b, out bool result)
    {
        result = a <= b;
        return true;
    }
}

/// <summary>Compares text by bytes, which is the order of code points.</summary>
internal readonly struct EqualText : IRowOp<Utf8, Utf8, bool>
{
    public static bool Apply(Frame frame, Utf8 a, Utf8 b, out bool result)
    {
        result = a.Length == b.Length && a.Span.SequenceEqual(b.Span);
        return true;
    }
}

internal readonly struct NotEqualText : IRowOp<Utf8, Utf8, bool>
{
    public static bool Apply(Frame frame, Utf8 a, Utf8 b, out bool result)
    {
        result = a.Length != b.Length || !a.Span.SequenceEqual(b.Span);
        return true;
    }
}

internal readonly struct LessText : IRowOp<Utf8, Utf8, bool>
{
    public static bool Apply(Frame frame, Utf8 a, Utf8 b, out bool result)
    {
        result = a.Span.SequenceCompareTo(b.Span) < 0;
        return true;
    }
}

internal readonly struct LessOrEqualText : IRowOp<Utf8, Utf8, bool>
{
    public static bool Apply(Frame frame, Utf8 a, Utf8 b, out bool result)
    {
        result = a.Span.SequenceCompareTo(b.Span) <= 0;
        return true;
    }
}

/// <summary>Compares truth values: FALSE is below TRUE.</summary>
internal readonly struct EqualBit : IRowOp<bool, bool, bool>
{
    public static bool Apply(Frame frame, bool a, bool b, out bool result)
    {
        result = a == b;
        return true;
    }
}

internal readonly struct NotEqualBit : IRowOp<bool, bool, bool>
{
    public static bool Apply(Frame frame, bool a, bool b, out bool result)
    {
        result = a != b;
        return true;
    }
}

internal readonly struct LessBit : IRowOp<bool, bool, bool>
{
    public static bool Apply(Frame frame, bool a, bool b, out bool result)
    {
        result = !a && b;
        return true;
    }
}

internal readonly struct LessOrEqualBit : IRowOp<bool, bool, bool>
{
    public static bool Apply(Frame frame, bool a, bool b, out bool result)
    {
        result = !a || b;
        return true;
    }
}
