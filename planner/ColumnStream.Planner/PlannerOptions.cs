using ColumnStream.Arrow.Types;
using ColumnStream.Planner.Settings;

namespace ColumnStream.Planner;

/// <summary>States the options a session begins with: those of the configuration file and of the command line.</summary>
/// <param name="Settings">The options; of one key the highest origin wins, then the last.</param>
public sealed record PlannerOptions(ValueList<SessionOption> Settings)
{
    /// <summary>Gets the names of rewrites that are left out, or <c>*</c> for all that a plan can do without; for tests.</summary>
    public ValueList<string> WithoutRules { get; init; }

    /// <summary>Gets whether planned jobs say what EXPLAIN says of them; making that text takes as long as a small plan.</summary>
    public bool Explains { get; init; }

    /// <summary>Gets the options of a session without file and command line.</summary>
    public static PlannerOptions Default { get; } = new(default(ValueList<SessionOption>));
}
