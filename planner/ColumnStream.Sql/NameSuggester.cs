using System;
using System.Collections.Generic;

namespace ColumnStream.Sql;

/// <summary>Finds the name a user may have meant.</summary>
public static class NameSuggester
{
    private const int MaxLength = 64;

    /// <summary>
    /// Finds the candidate nearest to <paramref name="name"/> by edits (insert, delete, replace, swap neighbours),
    /// case aside; null when none is near: one edit for up to 4 letters, two for up to 8, otherwise three.
    /// </summary>
    /// <remarks>Of equally near candidates the first wins, so the order of the candidates decides.</remarks>
    public static string? Suggest(string name, IEnumerable<string> candidates)
    {
        if (name.Length is 0 or > MaxLength)
        {
            return null;
        }

        int limit = name.Length switch { <= 4 => 1, <= 8 => 2, _ => 3 };
        string? best = null;
        foreach (string candidate in candidates)
        {
            int distance = Distance(name, candidate, limit);
            if (distance <= limit)
            {
                best = candidate;
                limit = distance - 1;
                if (limit < 0)
                {
                    break;
                }
            }
        }

        return best;
    }

    /// <summary>Counts the edits between two names, case aside; any number above the limit means: too far.</summary>
    public static int Distance(string left, string right, int limit)
    {
        int tooFar = limit + 1;
        if (Math.Abs(left.Length - right.Length) > limit || left.Length > MaxLength || right.Length > MaxLength)
        {
            return tooFar;
        }

        Span<int> beforeLast = stackalloc int[MaxLength + 1];
        Span<int> last = stackalloc int[MaxLength + 1];
        Span<int> current = stackalloc int[MaxLength + 1];
        for (int column = 0; column <= right.Length; column++)
        {
            last[column] = column;
        }

        for (int row = 1; row <= left.Length; row++)
        {
            current[0] = row;
            int least = row;
            for (int column = 1; column <= right.Length; column++)
            {
                int cost = Fold(left[row - 1]) == Fold(right[column - 1]) ? 0 : 1;
                int edits = Math.Min(Math.Min(last[column], current[column - 1]) + 1, last[column - 1] + cost);
                if (row > 1 && column > 1 && Fold(left[row - 1]) == Fold(right[column - 2])
                    && Fold(left[row - 2]) == Fold(right[column - 1]))
                {
                    edits = Math.Min(edits, beforeLast[column - 2] + 1);
                }

                current[column] = edits;
                least = Math.Min(least, edits);
            }

            if (least > limit)
            {
                return tooFar;
            }

            Span<int> free = beforeLast;
            beforeLast = last;
            last = current;
            current = free;
        }

        return last[right.Length];
    }

    private static char Fold(char letter) => char.ToUpperInvariant(letter);
}
