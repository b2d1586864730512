using System;

namespace ColumnStream.Compute.Patterns;

/// <summary>Reads the name behind \p: categories, POSIX and java classes, scripts, blocks and binary properties.</summary>
internal sealed class PropertyParser(PatternCursor cursor)
{
    /// <summary>Reads a name of one letter or one in braces; \p has been read.</summary>
    public CodePointSet Parse()
    {
        string name;
        if (cursor.At(cursor.Position) != '{')
        {
            int letter = cursor.At(cursor.Position++);
            name = letter is > 0 and < 0x80 ? ((char)letter).ToString() : throw cursor.Invalid("a property has no name");
        }
        else
        {
            name = string.Empty;
            cursor.Position++;
            for (; cursor.At(cursor.Position) is > 0 and not '}' and var point; cursor.Position++)
            {
                name += char.ConvertFromUtf32(point);
            }

            if (cursor.At(cursor.Position++) != '}')
            {
                throw cursor.Invalid("a property is not closed");
            }
        }

        return Find(name) ?? throw cursor.Invalid($"property '{name}' is unknown");
    }

    private CodePointSet? Find(string name)
    {
        bool ignoreCase = cursor.Has(PatternFlags.IgnoreCase);
        int equals = name.IndexOf('=', StringComparison.Ordinal);
        if (equals >= 0)
        {
            string value = name[(equals + 1)..];
            return name[..equals].ToUpperInvariant() switch
            {
                "SC" or "SCRIPT" => Script(value),
                "BLK" or "BLOCK" => Block(value),
                "GC" or "GENERAL_CATEGORY" => Category(value, ignoreCase),
                _ => null,
            };
        }

        if (name.StartsWith("In", StringComparison.Ordinal))
        {
            return Block(name[2..]);
        }

        if (name.StartsWith("Is", StringComparison.Ordinal))
        {
            string rest = name[2..];
            return Binary(rest, ignoreCase) ?? Category(rest, ignoreCase) ?? Script(rest);
        }

        if (cursor.Has(PatternFlags.UnicodeClasses))
        {
            CodePointSet? unicode = (ignoreCase ? UnicodeSets.Find("iu:" + name) : null) ?? UnicodeSets.Find("u:" + name);
            if (name.Length > 1 && unicode is not null)
            {
                return unicode;
            }
        }

        return Category(name, ignoreCase);
    }

    private static CodePointSet? Category(string name, bool ignoreCase) =>
        (ignoreCase ? UnicodeSets.Find("i:" + name) : null) ?? UnicodeSets.Find("p:" + name);

    private static CodePointSet? Binary(string name, bool ignoreCase)
    {
        string key = Plain(name);
        return (ignoreCase ? UnicodeSets.Find("iis:" + key) : null) ?? UnicodeSets.Find("is:" + key);
    }

    private static CodePointSet? Script(string name) => UnicodeSets.Find("sc:" + name.ToUpperInvariant());

    private static CodePointSet? Block(string name) => UnicodeSets.Find("blk:" + Plain(name) switch
    {
        "GREEKANDCOPTIC" => "GREEK",
        "COMBININGDIACRITICALMARKSFORSYMBOLS" => "COMBININGMARKSFORSYMBOLS",
        "CYRILLICSUPPLEMENT" => "CYRILLICSUPPLEMENTARY",
        var key => key,
    });

    private static string Plain(string name) => name.ToUpperInvariant()
        .Replace("_", string.Empty, StringComparison.Ordinal)
        .Replace("-", string.Empty, StringComparison.Ordinal)
        .Replace(" ", string.Empty, StringComparison.Ordinal);
}
