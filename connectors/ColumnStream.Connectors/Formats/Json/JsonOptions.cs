using System.Collections.Generic;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Options;

namespace ColumnStream.Connectors.Formats.Json;

/// <summary>Holds the options of the JSON formats.</summary>
/// <param name="FailOnMissingField">Whether a missing field is an error instead of NULL.</param>
/// <param name="IgnoreParseErrors">Whether wrong values become NULL and wrong records are left out.</param>
/// <param name="IsoTimestamps">Whether date and time are parted by T instead of a space.</param>
/// <param name="IgnoreNullFields">Whether fields that are NULL are not written.</param>
/// <param name="PlainDecimals">Whether decimals are written without an exponent.</param>
/// <param name="ChecksWantedOnly">Whether a record is read no further than the last column that the query wants.</param>
internal sealed record JsonOptions(
    bool FailOnMissingField = false,
    bool IgnoreParseErrors = false,
    bool IsoTimestamps = false,
    bool IgnoreNullFields = false,
    bool PlainDecimals = false,
    bool ChecksWantedOnly = false)
{
    /// <summary>Gets whether a timestamp of zeros (<c>0000-00-00 …</c>) is NULL instead of an error.</summary>
    public bool ZeroTimestampIsNull { get; init; }

    /// <summary>Gets what becomes of NULL keys of maps: FAIL, DROP or LITERAL.</summary>
    public string NullKeyMode { get; init; } = "FAIL";

    /// <summary>Gets the text for NULL keys of maps.</summary>
    public string NullKeyLiteral { get; init; } = "null";

    /// <summary>Gets whether keys of maps that are no text are written as the text of their JSON, instead of refused.</summary>
    public bool KeysAsText { get; init; }

    /// <summary>Lists the options under a format's prefix.</summary>
    public static IReadOnlyList<OptionDefinition> Definitions(string prefix) =>
    [
        new(
            $"{prefix}.decode.json-parser.enabled", OptionKind.Boolean, "true",
            "Accepted and not needed: records are never made into trees."),
        new(
            $"{prefix}.encode.decimal-as-plain-number", OptionKind.Boolean, "false",
            "Writes decimals as declared, never with an exponent."),
        new($"{prefix}.encode.ignore-null-fields", OptionKind.Boolean, "false", "Leaves fields that are NULL out when writing."),
        new(
            $"{prefix}.encode.map-keys-as-text", OptionKind.Boolean, "false",
            "Writes keys of maps that are no text as the text of their JSON; such a table cannot be read."),
        new($"{prefix}.fail-on-missing-field", OptionKind.Boolean, "false", "Makes a missing field an error."),
        new($"{prefix}.ignore-parse-errors", OptionKind.Boolean, "false", "Makes wrong values NULL and leaves wrong records out."),
        new($"{prefix}.map-null-key.literal", OptionKind.Text, "null", "Text for NULL keys of maps."),
        new(
            $"{prefix}.map-null-key.mode", OptionKind.Choice, "FAIL", "What to do with NULL keys of maps.",
            Values: "FAIL|DROP|LITERAL"),
        new(
            $"{prefix}.timestamp-format.standard", OptionKind.Choice, "SQL",
            "SQL: date and time parted by a space; ISO-8601: by T.", Values: "SQL|ISO-8601"),
        new(
            $"{prefix}.validation", OptionKind.Choice, "all",
            "all: every value is checked; wanted: a record is read only up to the last column that the query wants.",
            Values: "all|wanted"),
        new(
            $"{prefix}.zero-timestamp.behavior", OptionKind.Choice, "FAIL",
            "What a timestamp of zeros is: an error, or NULL.", Values: "FAIL|CONVERT_TO_NULL"),
    ];

    /// <summary>Reads the options of a table.</summary>
    /// <exception cref="UserException">A value is wrong, or two options exclude each other.</exception>
    public static JsonOptions Read(FormatContext context, string prefix)
    {
        var options = new FormatOptions(context, Definitions(prefix));
        options.Boolean($"{prefix}.decode.json-parser.enabled");
        bool fails = options.Boolean($"{prefix}.fail-on-missing-field");
        bool ignores = options.Boolean($"{prefix}.ignore-parse-errors");
        if (fails && ignores)
        {
            throw new UserException(
                FormatErrors.BadOption,
                $"Options exclude each other: '{prefix}.fail-on-missing-field', '{prefix}.ignore-parse-errors'.");
        }

        return new JsonOptions(
            fails,
            ignores,
            options.Text($"{prefix}.timestamp-format.standard") == "ISO-8601",
            options.Boolean($"{prefix}.encode.ignore-null-fields"),
            options.Boolean($"{prefix}.encode.decimal-as-plain-number"),
            options.Text($"{prefix}.validation") == "wanted")
        {
            ZeroTimestampIsNull = options.Text($"{prefix}.zero-timestamp.behavior") == "CONVERT_TO_NULL",
            KeysAsText = options.Boolean($"{prefix}.encode.map-keys-as-text"),
            NullKeyMode = options.Text($"{prefix}.map-null-key.mode"),
            NullKeyLiteral = options.Text($"{prefix}.map-null-key.literal"),
        };
    }
}
