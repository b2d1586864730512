using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Engine.Options;
using ColumnStream.Planner.Binding.Joins;
using ColumnStream.Planner.Errors;
using ColumnStream.Planner.Logical;
using ColumnStream.Sql;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Queries;
using Ast = ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Planner.Binding;

/// <summary>Holds the hints behind one SELECT: how long state of its tables is kept, and what batch engines would do for joins.</summary>
internal sealed class QueryHints
{
    private const string StateTtl = "STATE_TTL";
    private static readonly string[] JoinHints = ["BROADCAST", "MULTI_JOIN", "NEST_LOOP", "SHUFFLE_HASH", "SHUFFLE_MERGE"];
    private static readonly string[] OthersHints = [LookupHint.Name, "OPTIONS"];
    private readonly Dictionary<string, long> _ttlMs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _joins = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LookupHint> _lookups = new(StringComparer.Ordinal);
    private readonly string? _single;

    private QueryHints(string? single) => _single = single;

    /// <summary>Reads hints and checks that they name tables of FROM.</summary>
    public static QueryHints Bind(EquatableArray<Hint> hints, Relation from, DiagnosticBag diagnostics)
    {
        string[] aliases = [.. from.Columns.Select(c => c.Qualifier).OfType<string>().Distinct()];
        var bound = new QueryHints(aliases is [var single] ? single : null);
        foreach (Hint hint in hints)
        {
            string name = hint.Name.Value.ToUpperInvariant();
            if (name == StateTtl)
            {
                foreach (TableOption option in hint.Options)
                {
                    bound.AddTtl(option, aliases, from, diagnostics);
                }
            }
            else if (name == LookupHint.Name)
            {
                if (LookupHint.Read(hint, diagnostics) is { } lookup
                    && hint.Options.First(o => o.Key.Value == LookupHint.TableKey).Value is { } table
                    && Knows(table.Value, table.Span, [.. aliases, .. TablesOf(from.Plan)], from, diagnostics))
                {
                    bound._lookups[table.Value] = lookup;
                }
            }
            else if (JoinHints.Contains(name))
            {
                foreach (Ast.Expression argument in hint.Arguments)
                {
                    string? alias = argument switch
                    {
                        Ast.ColumnReference reference => reference.Parts[^1].Value,
                        Ast.StringLiteral text => text.Value,
                        _ => null,
                    };
                    if (Knows(alias, argument.Span, aliases, from, diagnostics))
                    {
                        bound._joins[alias!] = name;
                    }
                }
            }
            else if (!OthersHints.Contains(name))
            {
                string? near = NameSuggester.Suggest(name, [StateTtl, .. JoinHints, .. OthersHints]);
                diagnostics.Warn(PlannerErrors.OptionUnknown, hint.Name.Span, NameResolver.DidYouMean(near), hint.Name.Value);
            }
        }

        return bound;
    }

    /// <summary>Returns how long state of a table is kept, or −1 where no hint says so.</summary>
    public long TtlMs(Relation side) => AliasOf(side) is { } alias ? _ttlMs.GetValueOrDefault(alias, -1) : -1;

    /// <summary>Returns the join hint of a table, or null.</summary>
    public string? JoinHint(Relation side) => AliasOf(side) is { } alias ? _joins.GetValueOrDefault(alias) : null;

    /// <summary>Returns what a LOOKUP hint says of a table, or null.</summary>
    public LookupHint? Lookup(Relation side) => (AliasOf(side) is { } alias ? _lookups.GetValueOrDefault(alias) : null)
        ?? TablesOf(side.Plan).Select(table => _lookups.GetValueOrDefault(table)).FirstOrDefault(hint => hint is not null);

    /// <summary>Lets the aggregation over a single table keep its state as long as the hint of that table says.</summary>
    public Relation Apply(Relation grouped) =>
        _single is not null && grouped.Plan is AggregatePlan plan && _ttlMs.TryGetValue(_single, out long ttlMs)
            ? grouped with { Plan = plan with { StateTtlMs = ttlMs } } : grouped;

    private static string? AliasOf(Relation side)
    {
        string? alias = side.Columns.Count == 0 ? null : side.Columns[0].Qualifier;
        return side.Columns.All(c => c.Qualifier == alias) ? alias : null;
    }

    /// <summary>Returns the names of the tables that a part of FROM reads.</summary>
    private static IEnumerable<string> TablesOf(LogicalPlan plan) =>
        plan is TableReadPlan read ? [read.Table.Name.Name] : plan.Inputs.SelectMany(TablesOf);

    private static bool Knows(string? alias, SourceSpan span, string[] aliases, Relation from, DiagnosticBag diagnostics)
    {
        if (alias is not null && aliases.Contains(alias))
        {
            return true;
        }

        if (!from.IsBroken)
        {
            string text = alias ?? diagnostics.Source.GetText(span).ToString();
            string? near = NameSuggester.Suggest(text, aliases);
            string? known = aliases.Length == 0 ? null : $"The tables of FROM are {string.Join(", ", aliases)}.";
            diagnostics.Report(PlannerErrors.AliasNotFound, span, NameResolver.DidYouMean(near) ?? known, text);
        }

        return false;
    }

    private void AddTtl(TableOption option, string[] aliases, Relation from, DiagnosticBag diagnostics)
    {
        if (!Knows(option.Key.Value, option.Key.Span, aliases, from, diagnostics))
        {
            return;
        }

        if (OptionValue.TryParseDuration(option.Value.Value, out TimeSpan ttl) && ttl >= TimeSpan.Zero)
        {
            _ttlMs[option.Key.Value] = (long)ttl.TotalMilliseconds;
            return;
        }

        diagnostics.Report(
            PlannerErrors.OptionValue, option.Value.Span, null, $"{StateTtl} of {option.Key.Value}", option.Value.Value,
            "expected a duration such as '12 h' or '0 s', which keeps it for ever");
    }
}
