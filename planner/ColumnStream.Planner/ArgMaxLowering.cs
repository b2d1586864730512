using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Changelogs;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner;

/// <summary>Decides whether a join with windows' extremes runs as one step, and makes it.</summary>
internal static class ArgMaxLowering
{
    /// <summary>Tells whether rows only come, and a time to live does not let what the join would have kept go.</summary>
    public static bool IsOneStep(int input, ChangelogFacts facts) => !facts.Updates(input) && facts.Options.StateTtlMs <= 0;

    /// <summary>Makes the node over a lowered input.</summary>
    public static PhysicalNode Node(ArgMaxPlan plan, int input, string uid) => new WindowArgMaxNode(
        plan.Window, plan.Keys, plan.Extreme.Arguments[0], plan.Extreme.Function == "MIN", plan.LowerMs, plan.UpperMs)
    {
        Id = 0, Inputs = [input], Output = plan.Fields, Uid = uid, DropsLate = plan.IsWindowJoin,
    };
}
