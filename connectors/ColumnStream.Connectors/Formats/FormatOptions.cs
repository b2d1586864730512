using System.Collections.Generic;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Options;

namespace ColumnStream.Connectors.Formats;

/// <summary>Reads a format's options with their types; a wrong value is an error that says what was expected.</summary>
internal sealed class FormatOptions(FormatContext context, IReadOnlyList<OptionDefinition> definitions)
{
    /// <summary>Reads text; empty when the option has no default.</summary>
    public string Text(string key)
    {
        OptionDefinition definition = Find(key);
        string? written = context.Option(key);
        if (written is null)
        {
            return definition.Default ?? string.Empty;
        }

        if (definition.Kind == OptionKind.Choice && OptionValue.TryParseChoice(definition, written, out string choice))
        {
            return choice;
        }

        return OptionValue.IsValid(definition, written) ? written : throw Wrong(definition, written);
    }

    /// <summary>Reads true or false.</summary>
    public bool Boolean(string key)
    {
        string text = Text(key);
        return OptionValue.TryParseBoolean(text, out bool value) ? value : throw Wrong(Find(key), text);
    }

    /// <summary>Reads one character, or null when the option is not set and has no default.</summary>
    public byte? Character(string key)
    {
        string text = Text(key);
        string plain = text switch { "\\t" => "\t", "\\\\" => "\\", _ => text };
        if (plain.Length == 0)
        {
            return null;
        }

        return plain.Length == 1 && plain[0] is < (char)0x80 and not '\n' and not '\r' and not '\0'
            ? (byte)plain[0]
            : throw new UserException(
                FormatErrors.BadOption, $"Option has a wrong value: '{key}' = '{text}'; expected one ASCII character.");
    }

    private static UserException Wrong(OptionDefinition definition, string text) => new(
        FormatErrors.BadOption,
        $"Option has a wrong value: '{definition.Key}' = '{text}'; expected {OptionValue.Expected(definition)}.");

    private OptionDefinition Find(string key)
    {
        foreach (OptionDefinition definition in definitions)
        {
            if (definition.Key == key)
            {
                return definition;
            }
        }

        throw new InvariantException(9001, $"Option is not declared: {key}.");
    }
}
