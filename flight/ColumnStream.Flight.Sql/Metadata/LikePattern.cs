namespace ColumnStream.Flight.Sql.Metadata;

/// <summary>Matches names against a client's pattern: % any text, _ any character, \ takes the next one as it is.</summary>
internal static class LikePattern
{
    /// <summary>Tells whether <paramref name="text"/> fits; a null pattern fits all.</summary>
    public static bool Matches(string? pattern, string text)
    {
        if (pattern is null)
        {
            return true;
        }

        int p = 0;
        int t = 0;
        int star = -1;
        int mark = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '%')
            {
                star = ++p;
                mark = t;
                continue;
            }

            bool escaped = p < pattern.Length - 1 && pattern[p] == '\\';
            char wanted = p >= pattern.Length ? '\0' : pattern[escaped ? p + 1 : p];
            if (p < pattern.Length && ((!escaped && wanted == '_') || wanted == text[t]))
            {
                p += escaped ? 2 : 1;
                t++;
            }
            else if (star >= 0)
            {
                p = star;
                t = ++mark;
            }
            else
            {
                return false;
            }
        }

        while (p < pattern.Length && pattern[p] == '%')
        {
            p++;
        }

        return p == pattern.Length;
    }
}
