using System.Collections.Generic;
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
    /// <summary>Lists the options under a format's prefix.</summary>
    public static IReadOnlyList<OptionDefinition> Definitions(string prefix) =>
    [
        new($"{prefix}.encode.ignore-null-fields", OptionKind.Boolean, "false", "Leaves fields that are NULL out when writing."),
        new($"{prefix}.fail-on-missing-field", OptionKind.Boolean, "false", "Makes a missing field an error."),
        new($"{prefix}.ignore-parse-errors", OptionKind.Boolean, "false", "Makes wrong values NULL and leaves wrong records out."),
        new($"{prefix}.map-null-key.literal", OptionKind.Text, "null", "Text for NULL keys of maps."),
        new(
            $"{prefix}.map-null-key.mode", OptionKind.Choice, "FAIL", "What to do with NULL keys of maps.",
            Values: "FAIL|DROP|LITERAL"),
        new(
            $"{prefix}.timestamp-format.standard", OptionKind.Choice, "SQL",
            "SQL: date and time parted by a space; ISO-8601: by T.", Values: "SQL|ISO-8601"),
    ];

    /// <summary>Reads the options of a table.</summary>
    public static JsonOptions Read(FormatContext context, string prefix)
    {
        var options = new FormatOptions(context, Definitions(prefix));
        return new JsonOptions(
            options.Boolean($"{prefix}.fail-on-missing-field"),
            options.Boolean($"{prefix}.ignore-parse-errors"),
            options.Text($"{prefix}.timestamp-format.standard") == "ISO-8601",
            options.Boolean($"{prefix}.encode.ignore-null-fields"));
    }
}
