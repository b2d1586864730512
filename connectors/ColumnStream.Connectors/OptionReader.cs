using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Connectors;

/// <summary>Reads a table's WITH options by type; every error names option, value, table and what was expected.</summary>
public sealed class OptionReader
{
    /// <summary>Options that every table may carry; planner and runtime read them.</summary>
    public static IReadOnlyList<OptionDefinition> Common { get; } =
    [
        new("connector", OptionKind.Text, null, "The system that holds the table.", IsRequired: true),
        new("scan.parallelism", OptionKind.Integer, null, "Number of readers."),
        new("scan.watermark.emit.strategy", OptionKind.Choice, "on-periodic", "When watermarks are sent.",
            Values: "on-periodic|on-event"),
        new("scan.watermark.idle-timeout", OptionKind.Duration, null, "Silence after which a split no longer holds back time."),
        new("sink.parallelism", OptionKind.Integer, null, "Number of writers."),
    ];

    private readonly TableSpec _table;
    private readonly IReadOnlyList<OptionDefinition> _options;

    /// <summary>Makes a reader and checks that keys are known, values readable and required keys present.</summary>
    /// <exception cref="UserException">An option is unknown, unreadable, given twice or missing.</exception>
    public OptionReader(TableSpec table, IReadOnlyList<OptionDefinition> options)
    {
        _table = table;
        _options = options;
        Check();
    }

    /// <summary>Tells whether the option was given.</summary>
    public bool Has(string key) => Raw(key) is not null;

    /// <summary>Returns the value or the default, or null when there is neither.</summary>
    public string? TextOrNull(string key) => Raw(key) ?? Definition(key).Default;

    /// <summary>Returns the value or the default.</summary>
    public string Text(string key) =>
        TextOrNull(key) ?? throw Error(3112, $"Option is required: '{key}'.");

    /// <summary>Returns the chosen word, spelt as its definition spells it.</summary>
    public string Choice(string key)
    {
        OptionValue.TryParseChoice(Definition(key), Text(key), out string word);
        return word;
    }

    /// <summary>Returns the row kinds that one of the words insert, upsert and retract stands for.</summary>
    public ChangelogMode ChangelogMode(string key) => Choice(key) switch
    {
        "insert" => Engine.Elements.ChangelogMode.InsertOnly,
        "upsert" => Engine.Elements.ChangelogMode.Upsert,
        _ => Engine.Elements.ChangelogMode.Retract,
    };

    /// <summary>Returns a boolean.</summary>
    public bool Boolean(string key)
    {
        OptionValue.TryParseBoolean(Text(key), out bool value);
        return value;
    }

    /// <summary>Returns a whole number from <paramref name="minimum"/> to <paramref name="maximum"/>.</summary>
    public long Integer(string key, long minimum = long.MinValue, long maximum = long.MaxValue)
    {
        OptionValue.TryParseInteger(Text(key), out long value);
        if (value < minimum || value > maximum)
        {
            string limits = maximum == long.MaxValue ? $"at least {minimum}" : $"{minimum} to {maximum}";
            throw Invalid(key, $"a whole number, {limits}");
        }

        return value;
    }

    /// <summary>Returns a number.</summary>
    public double Number(string key)
    {
        OptionValue.TryParseNumber(Text(key), out double value);
        return value;
    }

    /// <summary>Returns a duration.</summary>
    public TimeSpan Duration(string key)
    {
        OptionValue.TryParseDuration(Text(key), out TimeSpan value);
        return value;
    }

    /// <summary>Returns a size.</summary>
    public long Bytes(string key)
    {
        OptionValue.TryParseBytes(Text(key), out long value);
        return value;
    }

    /// <summary>Makes the error for a value that does not fit: names option, value and what was expected.</summary>
    public UserException Invalid(string key, string expected) =>
        Error(3111, $"Option has a wrong value: '{key}' = '{TextOrNull(key)}'. Expected {expected}.");

    /// <summary>Makes an error that ends with the table's name and place.</summary>
    public UserException Error(int code, string message) => Error(_table, code, message);

    /// <summary>Makes an error that ends with the table's name and place.</summary>
    public static UserException Error(TableSpec table, int code, string message) =>
        new(code, $"{message} Table {table.Name}, {table.Location}.");

    private void Check()
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (TableOption given in _table.Options)
        {
            OptionDefinition? option =
                OptionValue.Find(_options, given.Key) ?? OptionValue.Find(Common, given.Key);
            if (option is null)
            {
                string? near = OptionValue.Nearest(Known(), given.Key);
                string hint = near is null ? $"Known are {string.Join(", ", Known())}." : $"Did you mean '{near}'?";
                throw Error(3110, $"Option is unknown: '{given.Key}'. {hint}");
            }

            if (!seen.Add(given.Key))
            {
                throw Error(3111, $"Option is given twice: '{given.Key}'.");
            }

            if (!OptionValue.IsValid(option, given.Value))
            {
                throw Error(
                    3111,
                    $"Option has a wrong value: '{given.Key}' = '{given.Value}'. Expected {OptionValue.Expected(option)}.");
            }
        }

        foreach (OptionDefinition option in _options)
        {
            if (option.IsRequired && !seen.Contains(option.Key))
            {
                throw Error(3112, $"Option is required: '{option.Key}'. {option.Help}");
            }
        }
    }

    private IEnumerable<string> Known() =>
        _options.Concat(Common).Select(option => option.Key).Distinct(StringComparer.Ordinal);

    private string? Raw(string key)
    {
        foreach (TableOption option in _table.Options)
        {
            if (string.Equals(option.Key, key, StringComparison.OrdinalIgnoreCase))
            {
                return option.Value;
            }
        }

        return null;
    }

    private OptionDefinition Definition(string key) =>
        OptionValue.Find(_options, key) ?? OptionValue.Find(Common, key)
        ?? throw new InvariantException(9110, $"Option has no definition: {key}.");
}
