using System.Collections.Generic;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Options;

namespace ColumnStream.Connectors.Formats.Csv;

/// <summary>Holds the options of the CSV format.</summary>
/// <param name="Delimiter">Parts fields.</param>
/// <param name="Quote">Encloses fields, or 0 for none.</param>
/// <param name="Escape">Makes the next byte plain, or 0 for none.</param>
/// <param name="ElementDelimiter">Parts the elements of an array or row.</param>
/// <param name="NullLiteral">Text that is NULL when not quoted, or null for none.</param>
/// <param name="AllowComments">Whether lines that begin with # are left out.</param>
/// <param name="IgnoreParseErrors">Whether wrong values become NULL and wrong records are left out.</param>
/// <param name="Header">Whether the first line names the columns.</param>
/// <param name="Multiline">Whether a quoted field may hold line feeds.</param>
/// <param name="ScientificDecimals">Whether decimals that are multiples of ten are written with an exponent.</param>
internal sealed record CsvOptions(
    byte Delimiter,
    byte Quote,
    byte Escape,
    byte ElementDelimiter,
    byte[]? NullLiteral,
    bool AllowComments,
    bool IgnoreParseErrors,
    bool Header,
    bool Multiline,
    bool ScientificDecimals)
{
    /// <summary>Gets whether a delimiter may stand behind the last field.</summary>
    public bool AllowTrailingComma { get; init; } = true;

    /// <summary>Gets whether empty text is NULL.</summary>
    public bool EmptyIsNull { get; init; }

    /// <summary>Gets whether a short record is left out where errors are ignored.</summary>
    public bool FailOnMissing { get; init; }

    /// <summary>Gets whether the first record of a file is left out without a look.</summary>
    public bool IgnoreFirstLine { get; init; }

    /// <summary>Gets whether fields behind the last column are left out.</summary>
    public bool IgnoreTrailing { get; init; }

    /// <summary>Gets whether values that CSV cannot hold are written as JSON text.</summary>
    public bool NestedAsJson { get; init; }

    /// <summary>Gets whether spaces around unquoted fields are left out.</summary>
    public bool TrimSpaces { get; init; }

    /// <summary>Gets whether text may be NULL: a literal is set, or empty text counts.</summary>
    public bool TextMayBeNull => NullLiteral is not null || EmptyIsNull;

    /// <summary>Gets all options.</summary>
    public static IReadOnlyList<OptionDefinition> Definitions { get; } =
    [
        new("csv.allow-comments", OptionKind.Boolean, "false", "Leaves lines that begin with # out."),
        new("csv.allow-trailing-comma", OptionKind.Boolean, "true", "Lets a delimiter stand behind the last field."),
        new("csv.array-element-delimiter", OptionKind.Text, ";", "Parts the elements of an array or row."),
        new("csv.disable-quote-character", OptionKind.Boolean, "false", "Makes quotes plain characters."),
        new("csv.empty-string-as-null", OptionKind.Boolean, "false", "Makes empty text NULL."),
        new("csv.escape-character", OptionKind.Text, null, "Makes the next character plain."),
        new(
            "csv.fail-on-missing-columns", OptionKind.Boolean, "false",
            "Leaves short records out, where errors are ignored, instead of filling them with NULL."),
        new("csv.field-delimiter", OptionKind.Text, ",", "Parts fields; \\t is a tab."),
        new("csv.header", OptionKind.Boolean, "false", "Says that the first line names the columns."),
        new("csv.ignore-first-line", OptionKind.Boolean, "false", "Leaves the first record of every file out."),
        new("csv.ignore-parse-errors", OptionKind.Boolean, "false", "Makes wrong values NULL and leaves wrong records out."),
        new("csv.ignore-trailing-unmappable", OptionKind.Boolean, "false", "Leaves fields behind the last column out."),
        new("csv.multiline", OptionKind.Boolean, "false", "Lets quoted fields hold line feeds."),
        new(
            "csv.nested-as-json", OptionKind.Boolean, "false",
            "Writes values that CSV cannot hold, such as maps, as JSON text; they are not read back."),
        new("csv.null-literal", OptionKind.Text, null, "Text that is NULL when not quoted."),
        new("csv.quote-character", OptionKind.Text, "\"", "Encloses fields that hold delimiters."),
        new("csv.trim-spaces", OptionKind.Boolean, "false", "Leaves spaces around unquoted fields out."),
        new(
            "csv.write-bigdecimal-in-scientific-notation", OptionKind.Boolean, "true",
            "Writes decimals that are multiples of ten with an exponent: 1E+5."),
    ];

    /// <summary>Reads the options of a table.</summary>
    public static CsvOptions Read(FormatContext context)
    {
        var options = new FormatOptions(context, Definitions);
        bool noQuote = options.Boolean("csv.disable-quote-character");
        if (noQuote && context.Option("csv.quote-character") is not null)
        {
            throw new UserException(
                FormatErrors.BadOption, "Options exclude each other: 'csv.disable-quote-character', 'csv.quote-character'.");
        }

        byte delimiter = options.Character("csv.field-delimiter") ?? (byte)',';
        byte quote = noQuote ? (byte)0 : options.Character("csv.quote-character") ?? (byte)'"';
        byte escape = options.Character("csv.escape-character") ?? 0;
        if (delimiter == quote || delimiter == escape)
        {
            throw new UserException(
                FormatErrors.BadOption,
                $"Option has a wrong value: 'csv.field-delimiter' is also quote or escape: '{(char)delimiter}'.");
        }

        string? literal = context.Option("csv.null-literal");
        return new CsvOptions(
            delimiter,
            quote,
            escape == quote ? (byte)0 : escape,
            options.Character("csv.array-element-delimiter") ?? (byte)';',
            literal is null ? null : System.Text.Encoding.UTF8.GetBytes(literal),
            options.Boolean("csv.allow-comments"),
            options.Boolean("csv.ignore-parse-errors"),
            options.Boolean("csv.header"),
            options.Boolean("csv.multiline"),
            options.Boolean("csv.write-bigdecimal-in-scientific-notation"))
        {
            AllowTrailingComma = options.Boolean("csv.allow-trailing-comma"),
            EmptyIsNull = options.Boolean("csv.empty-string-as-null"),
            FailOnMissing = options.Boolean("csv.fail-on-missing-columns"),
            IgnoreFirstLine = options.Boolean("csv.ignore-first-line"),
            IgnoreTrailing = options.Boolean("csv.ignore-trailing-unmappable"),
            NestedAsJson = options.Boolean("csv.nested-as-json"),
            TrimSpaces = options.Boolean("csv.trim-spaces"),
        };
    }
}
