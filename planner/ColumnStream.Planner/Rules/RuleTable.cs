using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Rules;

/// <summary>Lists the logical rules in the order in which they run.</summary>
internal static class RuleTable
{
    /// <summary>Gets the rules; the list runs until nothing changes, at most a few times.</summary>
    public static IReadOnlyList<LogicalRule> All { get; } =
    [
        new("fold-constants", FoldConstants.Apply),
        new("simplify-predicates", SimplifyPredicates.Apply),
        new("merge-filters", MergeFilters.Apply),
        new("push-filters", PushFilters.Apply),
        new("merge-projects", MergeProjects.Apply),
        new("merge-limits", MergeLimits.Apply),
        new("aggregate-windows", AggregateWindows.Apply),
        new("recognize-ranks", RecognizeRanks.Apply, IsRequired: true),
        new("join-windows", JoinWindows.Apply),
        new("join-extremes", JoinExtremes.Apply),
        new("keep-best", KeepBest.Apply),
        new("encode-nested", EncodeNested.Apply, IsRequired: true),
        new("prune-columns", PruneColumns.Apply),
        new("remove-projects", RemoveProjects.Apply),
        new("pack-wide-joins", PackWideJoins.Apply, IsRequired: true),
    ];

    private const int MaxRounds = 8;

    /// <summary>Runs all rules but those named; <c>*</c> names all that are not required.</summary>
    public static LogicalPlan Optimize(LogicalPlan plan, ValueList<string> without = default)
    {
        for (int round = 0; round < MaxRounds; round++)
        {
            LogicalPlan before = plan;
            foreach (LogicalRule rule in All)
            {
                plan = !rule.IsRequired && (without.Contains("*") || without.Contains(rule.Name)) ? plan : rule.Apply(plan);
            }

            if (plan.Equals(before))
            {
                break;
            }
        }

        return plan;
    }
}
