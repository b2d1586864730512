using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Planner.Errors;
using ColumnStream.Sql;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Statements;

namespace ColumnStream.Planner;

/// <summary>Merges the definition of a table with the one that LIKE names, feature by feature.</summary>
internal sealed class TableMerger
{
    private static readonly LikeFeature[] s_features =
    [
        LikeFeature.Constraints, LikeFeature.Distribution, LikeFeature.Generated, LikeFeature.Metadata, LikeFeature.Options,
        LikeFeature.Partitions, LikeFeature.Watermarks,
    ];

    private readonly DiagnosticBag _diagnostics;
    private readonly LikeClause _like;
    private readonly Dictionary<LikeFeature, LikeMode> _modes;
    private bool _isWrong;

    public TableMerger(DiagnosticBag diagnostics, LikeClause like)
    {
        _diagnostics = diagnostics;
        _like = like;
        _modes = s_features.ToDictionary(
            feature => feature, feature => feature == LikeFeature.Options ? LikeMode.Overwriting : LikeMode.Including);
    }

    /// <summary>Merges; null after a report.</summary>
    public CreateTableStatement? Merge(CreateTableStatement source, CreateTableStatement own)
    {
        ReadModes();
        CreateTableStatement merged = own with
        {
            Columns = MergeColumns(source, own),
            PrimaryKeys = MergeOne(LikeFeature.Constraints, source.PrimaryKeys, own.PrimaryKeys, "a key"),
            Watermarks = MergeOne(LikeFeature.Watermarks, source.Watermarks, own.Watermarks, "a watermark"),
            PartitionedBy = MergeOne(LikeFeature.Partitions, source.PartitionedBy, own.PartitionedBy, "partitions"),
            Distribution = MergeDistribution(source.Distribution, own.Distribution),
            Options = MergeOptions(source.Options, own.Options),
        };
        return _isWrong ? null : merged;
    }

    private void ReadModes()
    {
        foreach (LikeOption option in _like.Options.OrderBy(option => option.Feature == LikeFeature.All ? 0 : 1))
        {
            bool canOverwrite = option.Feature is LikeFeature.Options or LikeFeature.Generated or LikeFeature.Metadata
                or LikeFeature.Watermarks;
            if (option.Mode == LikeMode.Overwriting && !canOverwrite)
            {
                Report(option.Span, $"OVERWRITING does not go with {option.Feature.ToString().ToUpperInvariant()}");
            }

            foreach (LikeFeature feature in option.Feature == LikeFeature.All ? s_features : [option.Feature])
            {
                _modes[feature] = option.Mode;
            }
        }
    }

    private EquatableArray<ColumnDefinition> MergeColumns(CreateTableStatement source, CreateTableStatement own)
    {
        List<ColumnDefinition> columns = [];
        Dictionary<string, ColumnDefinition> rest = new(StringComparer.Ordinal);
        foreach (ColumnDefinition column in own.Columns)
        {
            rest.TryAdd(column.Name.Value, column);
        }

        foreach (ColumnDefinition column in source.Columns)
        {
            LikeMode mode = column switch
            {
                ComputedColumn => _modes[LikeFeature.Generated],
                MetadataColumn => _modes[LikeFeature.Metadata],
                _ => LikeMode.Including,
            };
            if (mode == LikeMode.Excluding)
            {
                continue;
            }

            bool isOwn = rest.TryGetValue(column.Name.Value, out ColumnDefinition? replacement);
            if (isOwn && (mode == LikeMode.Including || replacement!.GetType() != column.GetType()))
            {
                string hint = column is PhysicalColumn
                    ? "Leave it out here." : "Leave it out, or write OVERWRITING or EXCLUDING.";
                Report(replacement!.Span, $"column '{column.Name.Value}' is in the table of LIKE already", hint);
            }

            columns.Add(isOwn ? replacement! : column);
            rest.Remove(column.Name.Value);
        }

        return [.. columns, .. own.Columns.Where(column => rest.ContainsKey(column.Name.Value))];
    }

    private EquatableArray<T> MergeOne<T>(LikeFeature feature, EquatableArray<T> source, EquatableArray<T> own, string what)
        where T : SqlNode
    {
        if (_modes[feature] == LikeMode.Excluding || source.IsEmpty)
        {
            return own;
        }

        if (_modes[feature] == LikeMode.Including && !own.IsEmpty)
        {
            string hint = $"Write EXCLUDING {feature.ToString().ToUpperInvariant()}.";
            Report(own[0].Span, $"the table of LIKE has {what} already", hint);
        }

        return own.IsEmpty ? source : own;
    }

    private DistributionClause? MergeDistribution(DistributionClause? source, DistributionClause? own)
    {
        if (_modes[LikeFeature.Distribution] == LikeMode.Excluding || source is null)
        {
            return own;
        }

        if (own is not null)
        {
            Report(own.Span, "the table of LIKE has a distribution already", "Write EXCLUDING DISTRIBUTION.");
        }

        return own ?? source;
    }

    private EquatableArray<TableOption> MergeOptions(EquatableArray<TableOption> source, EquatableArray<TableOption> own)
    {
        LikeMode mode = _modes[LikeFeature.Options];
        if (mode == LikeMode.Excluding)
        {
            return own;
        }

        List<TableOption> options = [];
        foreach (TableOption option in source)
        {
            TableOption? replacement = own.FirstOrDefault(o => o.Key.Value == option.Key.Value);
            if (replacement is null)
            {
                options.Add(option);
            }
            else if (mode == LikeMode.Including)
            {
                Report(
                    replacement.Span, $"option '{option.Key.Value}' is in the table of LIKE already",
                    "Write OVERWRITING OPTIONS.");
            }
        }

        return [.. options, .. own];
    }

    private void Report(SourceSpan span, string what, string? hint = null)
    {
        _isWrong = true;
        _diagnostics.Report(PlannerErrors.Clause, span, hint, "LIKE", what);
    }
}
