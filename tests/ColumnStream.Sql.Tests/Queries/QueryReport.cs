using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using ColumnStream.Testing.Queries;

namespace ColumnStream.Sql.Tests.Queries;

/// <summary>Counts what generated queries were made of and what became of them.</summary>
internal sealed partial class QueryReport
{
    private readonly Dictionary<string, int> _tags = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _operators = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _refusals = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _oracles = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _others = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _examples = new(StringComparer.Ordinal);
    private int _answered;
    private int _nonEmpty;

    public int Queries { get; private set; }

    public int Failed { get; private set; }

    /// <summary>Gets reduced failures, for people.</summary>
    public List<string> Failures { get; } = [];

    public double NonEmpty => (double)_nonEmpty / Math.Max(1, _answered);

    public double RefusedShare => _refusals.Values.Sum() / (double)Math.Max(1, Queries);

    public void Add(QueryNode query, Verdict verdict)
    {
        Queries++;
        query.CountTags(_tags);
        if (verdict.Refusal is not null)
        {
            string masked = Masked(verdict.Refusal);
            Count(_refusals, masked);
            _examples.TryAdd(masked, query.Print(ours: true)!);
            return;
        }

        foreach (string name in verdict.Answer.Operators)
        {
            Count(_operators, name);
        }

        _answered++;
        _nonEmpty += verdict.Answer.Count > 0 ? 1 : 0;
        Failed += verdict.Oracle is null ? 0 : 1;
        if (verdict.Oracle is not null)
        {
            Count(_others, "FAILED " + verdict.Oracle);
        }
    }

    public void Add(QueryJudge judge)
    {
        foreach ((string oracle, int count) in judge.Asked)
        {
            Count(_oracles, oracle, count);
        }

        foreach ((string refusal, int count) in judge.Refused)
        {
            Count(_others, Masked(refusal), count);
        }
    }

    public string Print(int seed)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture,
            $"{Queries} queries from seed {seed}: {_answered} answered, {NonEmpty:P0} with rows, ");
        text.Append(CultureInfo.InvariantCulture, $"{_refusals.Values.Sum()} refused ({RefusedShare:P1}), {Failed} failed\n");
        Print(text, "made of", _tags);
        Print(text, "operators", _operators);
        Print(text, "oracles", _oracles);
        Print(text, "refused", _refusals, "\n  ");
        text.AppendJoin('\n', _examples.Select(e => $"for example {e.Key}: {e.Value}")).Append('\n');
        Print(text, "not comparable", _others, "\n  ");
        return text.ToString();
    }

    private static void Print(StringBuilder text, string title, Dictionary<string, int> counts, string between = ", ") => text
        .Append(title).Append(": ")
        .AppendJoin(between, counts.OrderByDescending(c => c.Value).Take(40).Select(c => $"{c.Key} {c.Value}"))
        .Append('\n');

    private static string Masked(string text) => Names().Replace(text.Split('\n')[0], "…");

    private static void Count(Dictionary<string, int> counts, string name, int more = 1) =>
        counts[name] = counts.GetValueOrDefault(name) + more;

    [GeneratedRegex(@"\bq\d+(\.\w+)?|\bc\d+\b|\$\d+|'[^']*'|\d+")]
    private static partial Regex Names();
}
