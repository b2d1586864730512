using System;
using System.Buffers;
using System.Runtime.CompilerServices;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Nested;

namespace ColumnStream.Compute.Functions.Collection;

/// <summary>Holds what makes arrays out of arrays of the same elements.</summary>
internal sealed class ArrayMaker(Layout layout)
{
    public Layout Layout => layout;

    public ArrayWriter Writer { get; } = new(layout);

    public ElementSet Seen { get; } = new();

    public ElementSet Other { get; } = new();

    public ArrayValue Open(Utf8 bytes) => new(bytes, layout);

    /// <summary>Writes the elements of one of the two arrays that <see cref="Seen"/> compares and has not met.</summary>
    public void AddUnseen(ArrayValue array, bool ofSecond)
    {
        for (int i = 0; i < array.Count; i++)
        {
            if (Seen.Add(ofSecond, i))
            {
                Writer.AddFrom(array, i);
            }
        }
    }
}

/// <summary>Removes elements that came before.</summary>
internal readonly struct DistinctOf : IRowOp<Utf8, Utf8>
{
    public static bool Apply(Frame frame, Utf8 a, out Utf8 result)
    {
        var maker = Unsafe.As<ArrayMaker>(frame.State!);
        ArrayValue array = maker.Open(a);
        maker.Seen.Begin(array, array);
        maker.AddUnseen(array, ofSecond: false);
        result = maker.Writer.Finish(frame);
        return true;
    }
}

/// <summary>Turns the order around.</summary>
internal readonly struct ReverseOf : IRowOp<Utf8, Utf8>
{
    public static bool Apply(Frame frame, Utf8 a, out Utf8 result)
    {
        var maker = Unsafe.As<ArrayMaker>(frame.State!);
        ArrayValue array = maker.Open(a);
        for (int i = array.Count - 1; i >= 0; i--)
        {
            maker.Writer.AddFrom(array, i);
        }

        result = maker.Writer.Finish(frame);
        return true;
    }
}

/// <summary>Takes elements from one position to another, both included.</summary>
internal readonly struct SliceOf : IRowOp<Utf8, int, int, Utf8>
{
    public static bool Apply(Frame frame, Utf8 a, int b, int c, out Utf8 result)
    {
        var maker = Unsafe.As<ArrayMaker>(frame.State!);
        ArrayValue array = maker.Open(a);
        long start = Position(b, array.Count);
        long end = Position(c, array.Count);
        bool isInside = start <= array.Count && end >= 1;
        for (long i = Math.Max(1, start); isInside && i <= Math.Min(end, array.Count); i++)
        {
            maker.Writer.AddFrom(array, (int)i - 1);
        }

        result = maker.Writer.Finish(frame);
        return true;
    }

    // 0 means 1; negative positions count from the end.
    private static long Position(int position, int count) =>
        position > 0 ? position : position == 0 ? 1 : (long)count + position + 1;
}

/// <summary>Sorts; equal elements keep their order.</summary>
internal readonly struct SortOf : IRowOp<Utf8, bool, bool, Utf8>
{
    public static bool Apply(Frame frame, Utf8 a, bool b, bool c, out Utf8 result)
    {
        var maker = Unsafe.As<ArrayMaker>(frame.State!);
        ArrayValue array = maker.Open(a);
        int[] order = ArrayPool<int>.Shared.Rent(Math.Max(1, array.Count * 2));
        ElementOrder.Sort(array, order, ascending: b, nullsFirst: c);
        for (int i = 0; i < array.Count; i++)
        {
            maker.Writer.AddFrom(array, order[i]);
        }

        ArrayPool<int>.Shared.Return(order);
        result = maker.Writer.Finish(frame);
        return true;
    }
}

/// <summary>Gives the distinct elements of two arrays.</summary>
internal readonly struct UnionOf : IRowOp<Utf8, Utf8, Utf8>
{
    public static bool Apply(Frame frame, Utf8 a, Utf8 b, out Utf8 result)
    {
        var maker = Unsafe.As<ArrayMaker>(frame.State!);
        ArrayValue first = maker.Open(a);
        ArrayValue second = maker.Open(b);
        maker.Seen.Begin(first, second);
        maker.AddUnseen(first, ofSecond: false);
        maker.AddUnseen(second, ofSecond: true);
        result = maker.Writer.Finish(frame);
        return true;
    }
}

/// <summary>Gives the distinct elements of the first array that are not in the second.</summary>
internal readonly struct ExceptOf : IRowOp<Utf8, Utf8, Utf8>
{
    public static bool Apply(Frame frame, Utf8 a, Utf8 b, out Utf8 result)
    {
        var maker = Unsafe.As<ArrayMaker>(frame.State!);
        ArrayValue first = maker.Open(a);
        ArrayValue second = maker.Open(b);
        maker.Seen.Begin(first, second);
        for (int i = 0; i < second.Count; i++)
        {
            maker.Seen.Add(ofSecond: true, i);
        }

        maker.AddUnseen(first, ofSecond: false);
        result = maker.Writer.Finish(frame);
        return true;
    }
}

/// <summary>Gives the distinct elements of the first array that are in the second too.</summary>
internal readonly struct IntersectOf : IRowOp<Utf8, Utf8, Utf8>
{
    public static bool Apply(Frame frame, Utf8 a, Utf8 b, out Utf8 result)
    {
        var maker = Unsafe.As<ArrayMaker>(frame.State!);
        ArrayValue first = maker.Open(a);
        ArrayValue second = maker.Open(b);
        maker.Seen.Begin(first, second);
        maker.Other.Begin(first, second);
        for (int i = 0; i < second.Count; i++)
        {
            maker.Other.Add(ofSecond: true, i);
        }

        for (int i = 0; i < first.Count; i++)
        {
            if (maker.Other.Contains(ofSecond: false, i) && maker.Seen.Add(ofSecond: false, i))
            {
                maker.Writer.AddFrom(first, i);
            }
        }

        result = maker.Writer.Finish(frame);
        return true;
    }
}
