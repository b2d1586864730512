using System;
using System.Collections.Generic;
using System.Text;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Options;

namespace ColumnStream.Connectors.Formats.Raw;

/// <summary>Holds the options of the raw format.</summary>
/// <param name="Charset">How text is encoded, or null for UTF-8.</param>
/// <param name="IsBigEndian">Whether a number's first byte is its highest.</param>
internal sealed record RawOptions(Encoding? Charset, bool IsBigEndian)
{
    /// <summary>Gets all options.</summary>
    public static IReadOnlyList<OptionDefinition> Definitions { get; } =
    [
        new("raw.charset", OptionKind.Text, "UTF-8", "How text is encoded."),
        new("raw.endianness", OptionKind.Choice, "big-endian", "Order of a number's bytes.", Values: "big-endian|little-endian"),
    ];

    /// <summary>Reads the options of a table.</summary>
    /// <exception cref="UserException">The charset is unknown, or a line feed in it is not one byte.</exception>
    public static RawOptions Read(FormatContext context)
    {
        var options = new FormatOptions(context, Definitions);
        string name = options.Text("raw.charset");
        return new RawOptions(
            name.Equals("UTF-8", StringComparison.OrdinalIgnoreCase) ? null : Find(name),
            options.Text("raw.endianness") == "big-endian");
    }

    private static Encoding Find(string name)
    {
        Encoding charset;
        try
        {
            charset = CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
        }
        catch (ArgumentException)
        {
            throw new UserException(
                FormatErrors.BadOption, $"Option has a wrong value: 'raw.charset' = '{name}'; expected the name of a charset.");
        }

        return charset.GetBytes("\n").AsSpan().SequenceEqual("\n"u8)
            ? charset
            : throw new UserException(
                FormatErrors.BadOption,
                $"Option has a wrong value: 'raw.charset' = '{name}'; expected a charset whose line feed is the byte 10.");
    }
}
