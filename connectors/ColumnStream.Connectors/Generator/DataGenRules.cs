using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.Values;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Connectors.Generator;

/// <summary>Holds a table's rules, read from its options.</summary>
/// <param name="Columns">One rule a column.</param>
/// <param name="Rows">Rows in all, or the greatest number where there is no end.</param>
/// <param name="RowsPerSecond">Rows in a second of real time, or 0.</param>
/// <param name="Seed">The seed.</param>
internal sealed record DataGenRules(DataGenRule[] Columns, long Rows, double RowsPerSecond, ulong Seed)
{
    private const int DefaultLength = 100;
    private const int DefaultItems = 3;
    private const int LongestValue = 1 << 20;

    private static readonly string[] Keys =
        ["kind", "min", "max", "start", "end", "length", "var-len", "null-rate", "max-past"];

    /// <summary>Reads and checks the options of <paramref name="table"/>.</summary>
    /// <exception cref="UserException">An option or column does not fit.</exception>
    public static DataGenRules Read(TableSpec table, IReadOnlyList<OptionDefinition> definitions)
    {
        var reader = new OptionReader(table, definitions);
        var unused = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (TableOption option in table.Options)
        {
            if (option.Key.StartsWith("fields.", StringComparison.OrdinalIgnoreCase))
            {
                unused.Add(option.Key);
            }
        }

        var rules = new DataGenRules.FieldReader(reader, unused);
        var columns = new DataGenRule[table.Columns.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = rules.Read("fields." + table.Columns[i].Name, table.Columns[i].Type);
        }

        foreach (string key in unused)
        {
            string? near = OptionValue.Nearest(rules.Known, key);
            string hint = near is null ? $"After the field's name come {string.Join(", ", Keys)}." : $"Did you mean '{near}'?";
            throw reader.Error(3110, $"Option is unknown: '{key}'. {hint}");
        }

        long rows = reader.Has("number-of-rows") ? reader.Integer("number-of-rows", 0) : long.MaxValue;
        foreach (DataGenRule rule in columns)
        {
            if (rule.IsSequence)
            {
                rows = Math.Min(rows, rule.End - rule.Start + 1);
            }
        }

        double pace = reader.Number("rows-per-second");
        return pace < 0
            ? throw reader.Invalid("rows-per-second", "a number, at least 0")
            : new DataGenRules(columns, rows, pace, (ulong)reader.Integer("seed"));
    }

    private sealed class FieldReader(OptionReader reader, HashSet<string> unused)
    {
        /// <summary>Gets every key that some field has.</summary>
        public List<string> Known { get; } = [];

        public DataGenRule Read(string prefix, SqlType type)
        {
            foreach (string key in Keys)
            {
                Known.Add($"{prefix}.{key}");
            }

            string kind = Value(prefix, "kind") ?? "random";
            var rule = kind switch
            {
                "random" => Random(prefix, type),
                "sequence" => Sequence(prefix, type),
                _ => throw Wrong(prefix, "kind", kind, "random or sequence"),
            };
            string? share = Value(prefix, "null-rate");
            if (share is null)
            {
                return rule;
            }

            return OptionValue.TryParseNumber(share, out double rate) && rate is >= 0 and <= 1
                ? rule with { NullRate = rate }
                : throw Wrong(prefix, "null-rate", share, "a number from 0 to 1");
        }

        private DataGenRule Sequence(string prefix, SqlType type)
        {
            if (!type.IsNumeric && !type.IsText)
            {
                throw Wrong(prefix, "kind", "sequence", $"random: a sequence cannot be {type}");
            }

            long start = Whole(prefix, "start") ?? throw Missing(prefix, "start");
            long end = Whole(prefix, "end") ?? throw Missing(prefix, "end");
            return end < start || end - start < 0
                ? throw Wrong(prefix, "end", end.ToString(CultureInfo.InvariantCulture), $"a whole number, at least {start}")
                : new DataGenRule(type, IsSequence: true) { Start = start, End = end };
        }

        private DataGenRule Random(string prefix, SqlType type)
        {
            var rule = new DataGenRule(type, IsSequence: false);
            if (type.IsInteger || type.Id == SqlTypeId.Decimal)
            {
                return Range(prefix, rule);
            }

            switch (type.Id)
            {
                case SqlTypeId.Float or SqlTypeId.Double:
                    double limit = type.Id == SqlTypeId.Float ? float.MaxValue : double.MaxValue;
                    double least = Real(prefix, "min") ?? -limit;
                    double most = Real(prefix, "max") ?? limit;
                    return least <= most
                        ? rule with { LeastReal = least, MostReal = most }
                        : throw Wrong(prefix, "max", Value(prefix, "max")!, $"a number, at least {least}");
                case SqlTypeId.Char or SqlTypeId.VarChar or SqlTypeId.Binary or SqlTypeId.VarBinary:
                    int usual = type.Length == SqlType.MaxLength ? DefaultLength : Math.Min(type.Length, LongestValue);
                    return rule with { Length = Size(prefix, usual, type.Length), VariesLength = Flag(prefix, "var-len") };
                case SqlTypeId.Timestamp or SqlTypeId.TimestampLtz:
                    string past = Value(prefix, "max-past") ?? "0";
                    return OptionValue.TryParseDuration(past, out TimeSpan maxPast)
                        ? rule with { MaxPast = maxPast }
                        : throw Wrong(prefix, "max-past", past, "a duration such as 1 h");
                case SqlTypeId.Array:
                    return rule with
                    {
                        Length = Size(prefix, DefaultItems, 1 << 16),
                        Children = [Read(prefix + ".element", type.Element!)],
                    };
                case SqlTypeId.Row:
                    var children = new DataGenRule[type.Fields.Count];
                    for (int i = 0; i < children.Length; i++)
                    {
                        children[i] = Read($"{prefix}.{type.Fields[i].Name}", type.Fields[i].Type);
                    }

                    return rule with { Children = children };
                case SqlTypeId.Boolean or SqlTypeId.Date or SqlTypeId.Time:
                    return rule;
                default:
                    throw reader.Error(3113, $"Column cannot be generated: {prefix["fields.".Length..]} {type}.");
            }
        }

        private DataGenRule Range(string prefix, DataGenRule rule)
        {
            SqlType type = rule.Type;
            Int128 limit = type.Id switch
            {
                SqlTypeId.TinyInt => sbyte.MaxValue,
                SqlTypeId.SmallInt => short.MaxValue,
                SqlTypeId.Integer => int.MaxValue,
                SqlTypeId.BigInt => long.MaxValue,
                _ => Powers.Ten(type.Precision) - 1,
            };
            Int128 least = Exact(prefix, "min", type) ?? (type.IsInteger ? -limit - 1 : -limit);
            Int128 most = Exact(prefix, "max", type) ?? limit;
            bool fits = least >= -limit - 1 && most <= limit && least <= most;
            return fits
                ? rule with { Least = least, Most = most }
                : throw Wrong(prefix, "max", Value(prefix, "max") ?? "none", $"a value of {type}, not below min");
        }

        private Int128? Exact(string prefix, string key, SqlType type)
        {
            if (Value(prefix, key) is not { } text)
            {
                return null;
            }

            int precision = type.IsInteger ? 19 : type.Precision;
            return DecimalText.TryParse(Encoding.UTF8.GetBytes(text), precision, type.Scale, out Int128 value)
                ? value
                : throw Wrong(prefix, key, text, $"a value of {type}");
        }

        private double? Real(string prefix, string key) => Value(prefix, key) is not { } text
            ? null
            : OptionValue.TryParseNumber(text, out double value) ? value : throw Wrong(prefix, key, text, "a number");

        private long? Whole(string prefix, string key) => Value(prefix, key) is not { } text
            ? null
            : OptionValue.TryParseInteger(text, out long value) ? value : throw Wrong(prefix, key, text, "a whole number");

        private bool Flag(string prefix, string key) => Value(prefix, key) is { } text
            && (OptionValue.TryParseBoolean(text, out bool value) ? value : throw Wrong(prefix, key, text, "true or false"));

        private int Size(string prefix, int usual, int limit)
        {
            long length = Whole(prefix, "length") ?? usual;
            return length >= 0 && length <= Math.Min(limit, LongestValue)
                ? (int)length
                : throw Wrong(prefix, "length", Value(prefix, "length")!, $"0 to {Math.Min(limit, LongestValue)}");
        }

        private string? Value(string prefix, string key)
        {
            string full = $"{prefix}.{key}";
            unused.Remove(full);
            return reader.Has(full) ? reader.Text(full) : null;
        }

        private UserException Missing(string prefix, string key) =>
            reader.Error(3112, $"Option is required: '{prefix}.{key}'. A sequence has a start and an end.");

        private UserException Wrong(string prefix, string key, string value, string expected) =>
            reader.Error(3111, $"Option has a wrong value: '{prefix}.{key}' = '{value}'. Expected {expected}.");
    }
}
