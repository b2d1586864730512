using System.Globalization;
using System.Text;

namespace ColumnStream.Server.Results;

/// <summary>Counts the columns that text takes on a terminal.</summary>
internal static class DisplayWidth
{
    /// <summary>Returns the columns of a text of one line.</summary>
    public static int Of(string text)
    {
        int width = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            width += Of(rune);
        }

        return width;
    }

    private static int Of(Rune rune)
    {
        UnicodeCategory category = Rune.GetUnicodeCategory(rune);
        bool zero = category is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format;
        bool wide = rune.Value is >= 0x1100 and (<= 0x115F or >= 0x2E80 and <= 0xA4CF or >= 0xAC00 and <= 0xD7A3
            or >= 0xF900 and <= 0xFAFF or >= 0xFE30 and <= 0xFE6F or >= 0xFF00 and <= 0xFF60 or >= 0x1F300 and <= 0x1FAFF);
        return zero ? 0 : wide ? 2 : 1;
    }
}
