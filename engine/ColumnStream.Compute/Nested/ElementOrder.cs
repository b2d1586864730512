using System;

namespace ColumnStream.Compute.Nested;

/// <summary>Sorts the elements of an array by index; stable.</summary>
internal static class ElementOrder
{
    private const int Run = 16;

    /// <summary>
    /// Writes the order of the elements into the front of <paramref name="order"/>, which has room for two indices
    /// an element.
    /// </summary>
    public static void Sort(in ArrayValue array, Span<int> order, bool ascending, bool nullsFirst)
    {
        int count = array.Count;
        Span<int> source = order[..count];
        Span<int> target = order.Slice(count, count);
        for (int start = 0; start < count; start += Run)
        {
            Insert(array, source[start..Math.Min(count, start + Run)], start, ascending, nullsFirst);
        }

        bool swapped = false;
        for (int width = Run; width < count; width *= 2)
        {
            for (int start = 0; start < count; start += width * 2)
            {
                int middle = Math.Min(count, start + width);
                int end = Math.Min(count, middle + width);
                Merge(array, source[start..middle], source[middle..end], target[start..end], ascending, nullsFirst);
            }

            Span<int> other = source;
            source = target;
            target = other;
            swapped = !swapped;
        }

        if (swapped)
        {
            source.CopyTo(target);
        }
    }

    private static void Insert(in ArrayValue array, Span<int> run, int first, bool ascending, bool nullsFirst)
    {
        for (int i = 0; i < run.Length; i++)
        {
            int element = first + i;
            int at = i;
            for (; at > 0 && Order(array, run[at - 1], element, ascending, nullsFirst) > 0; at--)
            {
                run[at] = run[at - 1];
            }

            run[at] = element;
        }
    }

    private static void Merge(
        in ArrayValue array, Span<int> left, Span<int> right, Span<int> target, bool ascending, bool nullsFirst)
    {
        int a = 0;
        int b = 0;
        for (int i = 0; i < target.Length; i++)
        {
            bool takeLeft = b == right.Length
                || (a < left.Length && Order(array, left[a], right[b], ascending, nullsFirst) <= 0);
            target[i] = takeLeft ? left[a++] : right[b++];
        }
    }

    private static int Order(in ArrayValue array, int a, int b, bool ascending, bool nullsFirst)
    {
        bool isNull = array.IsNull(a);
        if (isNull || array.IsNull(b))
        {
            int nulls = array.IsNull(b).CompareTo(isNull);
            return nullsFirst ? nulls : -nulls;
        }

        int order = array.Compare(a, array, b);
        return ascending ? order : -order;
    }
}
