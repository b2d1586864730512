using System;
using System.Globalization;
using System.Text;

namespace ColumnStream.Sql.Parsing;

/// <summary>Decodes the escapes of <c>U&amp;'...'</c>: the escape character with 4 digits, or with + and 6.</summary>
internal static class UnicodeEscapes
{
    /// <summary>Decodes <paramref name="value"/>; gives the offset of the first bad escape, or -1.</summary>
    public static int Decode(string value, char escape, out string decoded)
    {
        StringBuilder text = new(value.Length);
        decoded = "";
        int index = 0;
        while (index < value.Length)
        {
            if (value[index] != escape)
            {
                text.Append(value[index++]);
                continue;
            }

            if (index + 1 < value.Length && value[index + 1] == escape)
            {
                text.Append(escape);
                index += 2;
                continue;
            }

            bool isLong = index + 1 < value.Length && value[index + 1] == '+';
            int from = isLong ? index + 2 : index + 1;
            int digits = isLong ? 6 : 4;
            if (from + digits > value.Length
                || !int.TryParse(value.AsSpan(from, digits), NumberStyles.AllowHexSpecifier,
                    CultureInfo.InvariantCulture, out int code)
                || (isLong && !Rune.IsValid(code)))
            {
                return index;
            }

            text.Append(isLong ? new Rune(code).ToString() : ((char)code).ToString());
            index = from + digits;
        }

        decoded = text.ToString();
        return -1;
    }
}
