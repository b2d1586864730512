using System.Collections.Generic;
using System.Text;

namespace ColumnStream.Compute.Patterns;

/// <summary>Ignores the case of letters as Java's patterns do: ASCII letters only, or by Unicode's simple mappings.</summary>
internal static class LetterFolding
{
    // No letter with case stands above.
    private const int Bound = 0x1F000;
    private static Dictionary<int, List<int>>? _variants;

    /// <summary>Adds the other case of one code point.</summary>
    public static CodePointSet Fold(int point, bool unicode)
    {
        if (!unicode)
        {
            return point < 0x80 && char.IsAsciiLetter((char)point)
                ? CodePointSet.Of(point).Union(CodePointSet.Of(point ^ 0x20)) : CodePointSet.Of(point);
        }

        return Variants().TryGetValue(Lower(Upper(point)), out List<int>? points)
            ? CodePointSet.Normalize(points.ConvertAll(p => (p, p))).Union(CodePointSet.Of(point)) : CodePointSet.Of(point);
    }

    /// <summary>Adds the other case of a range.</summary>
    public static CodePointSet Fold(int low, int high, bool unicode)
    {
        CodePointSet range = CodePointSet.Range(low, high);
        return range.Union(unicode
            ? CodePointSet.Where(Bound, p => range.Contains(Upper(p)) || range.Contains(Lower(Upper(p))))
            : CodePointSet.Where(0x80, p => char.IsAsciiLetter((char)p) && range.Contains(p ^ 0x20)));
    }

    private static Dictionary<int, List<int>> Variants()
    {
        if (_variants is { } known)
        {
            return known;
        }

        var variants = new Dictionary<int, List<int>>();
        for (int point = 0; point < Bound; point++)
        {
            int upper = Upper(point);
            int folded = Lower(upper);
            if (upper != point || folded != point)
            {
                if (!variants.TryGetValue(folded, out List<int>? points))
                {
                    variants[folded] = points = [folded];
                }

                points.Add(point);
            }
        }

        // Another thread may do the same work: the results are equal.
        return _variants = variants;
    }

    private static int Upper(int point) => point switch
    {
        0x131 => 'I',
        0x17F => 'S',
        _ => Rune.TryCreate(point, out Rune rune) ? Rune.ToUpperInvariant(rune).Value : point,
    };

    private static int Lower(int point) => point switch
    {
        0x130 => 'i',
        _ => Rune.TryCreate(point, out Rune rune) ? Rune.ToLowerInvariant(rune).Value : point,
    };
}
