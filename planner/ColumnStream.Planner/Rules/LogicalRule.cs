using ColumnStream.Arrow.Types;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Rules;

/// <summary>Is one pure rewrite of a whole plan.</summary>
/// <param name="Name">The name, for EXPLAIN and tests.</param>
/// <param name="Apply">The rewrite.</param>
/// <param name="IsRequired">Whether plans cannot run without it: the others only make them faster.</param>
internal sealed record LogicalRule(string Name, System.Func<LogicalPlan, LogicalPlan> Apply, bool IsRequired = false)
{
    /// <summary>Rewrites a plan bottom-up, one node at a time.</summary>
    public static LogicalPlan BottomUp(LogicalPlan plan, System.Func<LogicalPlan, LogicalPlan> rewrite)
    {
        ValueList<LogicalPlan> before = plan.Inputs;
        if (before.Count == 0)
        {
            return rewrite(plan);
        }

        var inputs = new LogicalPlan[before.Count];
        bool changed = false;
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = BottomUp(before[i], rewrite);
            changed |= !ReferenceEquals(inputs[i], before[i]);
        }

        return rewrite(changed ? plan.WithInputs(ValueList.Create<LogicalPlan>(inputs)) : plan);
    }
}
