using System.Collections.Generic;

namespace ColumnStream.Testing.Formats;

/// <summary>Names the rules of one kind of delimited text, and the options that a table gives for them.</summary>
public sealed record CsvDialect(
    byte Delimiter = (byte)',',
    byte Quote = (byte)'"',
    byte Escape = 0,
    string? NullLiteral = null,
    bool Comments = false,
    bool Multiline = false,
    bool TrimSpaces = false,
    bool EmptyIsNull = false,
    bool TrailingComma = true)
{
    public static IReadOnlyList<CsvDialect> All { get; } =
    [
        new(),
        new(),
        new(Delimiter: (byte)';', Quote: (byte)'\''),
        new(Delimiter: (byte)'\t', Quote: 0),
        new(Escape: (byte)'\\'),
        new(NullLiteral: "n/a", Comments: true),
        new(Multiline: true),
        new(Multiline: true, Escape: (byte)'\\', EmptyIsNull: true),
        new(TrimSpaces: true),
        new(TrimSpaces: true, Escape: (byte)'/', Comments: true, TrailingComma: false),
        new(EmptyIsNull: true, TrailingComma: false),
    ];

    public (string, string)[] Options()
    {
        var options = new List<(string, string)>
        {
            ("csv.field-delimiter", ((char)Delimiter).ToString()),
            ("csv.allow-comments", Comments ? "true" : "false"),
            ("csv.multiline", Multiline ? "true" : "false"),
            ("csv.trim-spaces", TrimSpaces ? "true" : "false"),
            ("csv.empty-string-as-null", EmptyIsNull ? "true" : "false"),
            ("csv.allow-trailing-comma", TrailingComma ? "true" : "false"),
            Quote == 0 ? ("csv.disable-quote-character", "true") : ("csv.quote-character", ((char)Quote).ToString()),
        };
        if (Escape != 0)
        {
            options.Add(("csv.escape-character", ((char)Escape).ToString()));
        }

        if (NullLiteral is not null)
        {
            options.Add(("csv.null-literal", NullLiteral));
        }

        return [.. options];
    }
}
