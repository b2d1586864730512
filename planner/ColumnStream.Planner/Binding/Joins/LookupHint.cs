using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Engine.Options;
using ColumnStream.Planner.Errors;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Queries;

namespace ColumnStream.Planner.Binding.Joins;

/// <summary>Holds what a LOOKUP hint says of the lookups of one table; null where it says nothing.</summary>
internal sealed record LookupHint
{
    /// <summary>Names the hint.</summary>
    public const string Name = "LOOKUP";

    /// <summary>Key of the table's name.</summary>
    public const string TableKey = "table";

    private static readonly OptionDefinition[] Options =
    [
        new(TableKey, OptionKind.Text, null, "The table, by its name in FROM.", IsRequired: true),
        new("async", OptionKind.Boolean, null, "Whether several batches of keys are asked for at once."),
        new("output-mode", OptionKind.Choice, null, "Whether rows keep their order.", Values: "ordered|allow_unordered"),
        new("capacity", OptionKind.Integer, null, "Most requests at once.", Range: "1..1000000"),
        new("timeout", OptionKind.Duration, null, "The longest that a lookup may take."),
        new("retry-predicate", OptionKind.Choice, null, "When a key is asked for again.", Values: "lookup_miss"),
        new("retry-strategy", OptionKind.Choice, null, "When that is.", Values: "fixed_delay"),
        new("fixed-delay", OptionKind.Duration, null, "The pause before that."),
        new("max-attempts", OptionKind.Integer, null, "How often, at most.", Range: "1..1000"),
        new("shuffle", OptionKind.Boolean, null, "Whether rows of one key come to one subtask."),
    ];

    /// <summary>Gets whether several batches of keys are asked for at once.</summary>
    public bool? IsAsync { get; private init; }

    /// <summary>Gets whether rows keep their order.</summary>
    public bool? IsOrdered { get; private init; }

    /// <summary>Gets the most requests at once.</summary>
    public int? Capacity { get; private init; }

    /// <summary>Gets the longest that a lookup may take.</summary>
    public long? TimeoutMs { get; private init; }

    /// <summary>Gets how often a key without rows is asked for again.</summary>
    public int MissRetries { get; private init; }

    /// <summary>Gets the pause before that.</summary>
    public long MissDelayMs { get; private init; }

    /// <summary>Gets whether rows of one key come to one subtask.</summary>
    public bool Shuffles { get; private init; }

    /// <summary>Reads a hint; null after a report.</summary>
    public static LookupHint? Read(Hint hint, DiagnosticBag diagnostics)
    {
        int before = diagnostics.Failures;
        var given = new Dictionary<string, TableOption>(StringComparer.Ordinal);
        foreach (TableOption option in hint.Options)
        {
            OptionDefinition? known = OptionValue.Find(Options, option.Key.Value);
            if (known is null)
            {
                string? near = OptionValue.Nearest(Options.Select(o => o.Key), option.Key.Value);
                diagnostics.Report(
                    PlannerErrors.OptionUnknown, option.Key.Span,
                    near is null ? $"LOOKUP knows {string.Join(", ", Options.Select(o => o.Key))}." : NameResolver.DidYouMean(near),
                    option.Key.Value);
            }
            else if (!OptionValue.IsValid(known, option.Value.Value))
            {
                diagnostics.Report(
                    PlannerErrors.OptionValue, option.Value.Span, null, option.Key.Value, option.Value.Value,
                    "expected " + OptionValue.Expected(known));
            }
            else
            {
                given[known.Key] = option;
            }
        }

        string[] retry = ["retry-predicate", "retry-strategy", "fixed-delay", "max-attempts"];
        foreach (string missing in retry.Any(given.ContainsKey) ? retry.Where(key => !given.ContainsKey(key)) : [])
        {
            diagnostics.Report(
                PlannerErrors.OptionMissing, hint.Span, "A retry takes " + string.Join(", ", retry) + " together.", missing);
        }

        if (!given.ContainsKey(TableKey))
        {
            diagnostics.Report(PlannerErrors.OptionMissing, hint.Span, "Write LOOKUP('table' = 'name in FROM', ...).", TableKey);
        }

        return diagnostics.Failures > before ? null : new LookupHint
        {
            IsAsync = Boolean(given, "async"),
            IsOrdered = Text(given, "output-mode") is { } mode ? mode.Equals("ordered", StringComparison.OrdinalIgnoreCase) : null,
            Capacity = (int?)Number(given, "capacity"),
            TimeoutMs = Milliseconds(given, "timeout"),
            MissRetries = (int?)Number(given, "max-attempts") ?? 0,
            MissDelayMs = Milliseconds(given, "fixed-delay") ?? 0,
            Shuffles = Boolean(given, "shuffle") ?? false,
        };
    }

    private static string? Text(Dictionary<string, TableOption> given, string key) =>
        given.TryGetValue(key, out TableOption? option) ? option.Value.Value : null;

    private static bool? Boolean(Dictionary<string, TableOption> given, string key) =>
        Text(given, key)?.Equals("true", StringComparison.OrdinalIgnoreCase);

    private static long? Number(Dictionary<string, TableOption> given, string key) =>
        Text(given, key) is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : null;

    private static long? Milliseconds(Dictionary<string, TableOption> given, string key) =>
        Text(given, key) is { } text && OptionValue.TryParseDuration(text, out TimeSpan value)
            ? (long)value.TotalMilliseconds : null;
}
