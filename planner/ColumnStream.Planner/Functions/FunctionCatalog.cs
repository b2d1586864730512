using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Compute.Functions;
using ColumnStream.Sql;

namespace ColumnStream.Planner.Functions;

/// <summary>Lists every function of every kind for SHOW FUNCTIONS, <c>sys.functions</c>, help and completion.</summary>
public static class FunctionCatalog
{
    private static readonly Lazy<IReadOnlyList<FunctionInfo>> Functions = new(Load);

    /// <summary>Gets all functions and operators, sorted by name.</summary>
    public static IReadOnlyList<FunctionInfo> All => Functions.Value;

    /// <summary>Gets all names that can be called, other names included, sorted.</summary>
    public static IEnumerable<string> CallableNames => All.SelectMany(f => f.Aliases.Prepend(f.Name)).Where(IsCallable)
        .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    /// <summary>Finds a function by name, other name or symbol, without regard to case.</summary>
    public static FunctionInfo? Find(string name) => All.FirstOrDefault(f =>
        string.Equals(f.Name, name, StringComparison.OrdinalIgnoreCase)
        || f.Aliases.Any(a => string.Equals(a, name, StringComparison.OrdinalIgnoreCase)));

    /// <summary>Returns the name that a misspelt one may stand for, or null.</summary>
    public static string? Nearest(string name) => NameSuggester.Suggest(name, CallableNames);

    private static bool IsCallable(string name) =>
        char.IsAsciiLetter(name[0]) && !name.Contains(' ', StringComparison.Ordinal);

    private static IReadOnlyList<FunctionInfo> Load()
    {
        IEnumerable<FunctionInfo> scalar = FunctionTable.All.Select(f => new FunctionInfo(
            f.Name, FunctionKind.Scalar, FamilyOf([f.Name, .. f.Aliases]), f.Signatures, f.Doc, f.Example, f.Volatility,
            f.Aliases));
        IEnumerable<FunctionInfo> aggregate = AggregateTable.All.Select(f => new FunctionInfo(
            f.Name, FunctionKind.Aggregate, FamilyOf([f.Name]), f.Signatures, f.Doc, ExampleOf(f.Name), Volatility.Immutable,
            default));
        return [.. scalar.Concat(aggregate).Concat(TableFunctions).OrderBy(f => f.Name, StringComparer.Ordinal)];
    }

    private static IEnumerable<FunctionInfo> TableFunctions =>
    [
        Window(
            "CUMULATE", "CUMULATE(TABLE data, DESCRIPTOR(time), step, size [, offset])",
            "Puts each row into windows that begin together and grow by step up to size.",
            "SELECT * FROM TABLE(CUMULATE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR, INTERVAL '1' DAY))"),
        Window(
            "HOP", "HOP(TABLE data, DESCRIPTOR(time), slide, size [, offset])",
            "Puts each row into every window of a size that begins at a multiple of slide.",
            "SELECT * FROM TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '5' MINUTE, INTERVAL '10' MINUTE))"),
        Window(
            "SESSION", "SESSION(TABLE data [PARTITION BY keys], DESCRIPTOR(time), gap)",
            "Puts rows of one key that are no gap apart into one window.",
            "SELECT * FROM SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '10' MINUTE)"),
        Window(
            "TUMBLE", "TUMBLE(TABLE data, DESCRIPTOR(time), size [, offset])",
            "Puts each row into one window of a size, without gaps or overlaps.",
            "SELECT * FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' MINUTE))"),
    ];

    private static FunctionInfo Window(string name, string signature, string doc, string example) => new(
        name, FunctionKind.Table, "window", [signature], doc, example, Volatility.Immutable, default);

    private static string FamilyOf(IEnumerable<string> names) =>
        names.Select(EntryOf).FirstOrDefault(e => e is not null)?.Family ?? "other";

    private static string ExampleOf(string name) => EntryOf(name)?.Examples[0] ?? string.Empty;

    /// <summary>Finds the entry whose form calls the name, or is an operator of this symbol.</summary>
    private static FunctionEntry? EntryOf(string name)
    {
        string call = name + "(";
        return FunctionEntries.All.FirstOrDefault(e => e.Form == name
                || e.Form.StartsWith(call, StringComparison.Ordinal)
                || e.Form.Contains(" " + call, StringComparison.Ordinal))
            ?? FunctionEntries.All.FirstOrDefault(e => Words(e.Form) is { Length: <= 4 } words
                && words.Contains(name, StringComparer.Ordinal))
            ?? FunctionEntries.All.FirstOrDefault(e => $" {e.Form} ".Contains($" {name} ", StringComparison.Ordinal));
    }

    private static string[] Words(string form) => form.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
