namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Names what EXPLAIN adds to the plan.</summary>
public enum ExplainDetail
{
    /// <summary>Is <c>ESTIMATED_COST</c>.</summary>
    EstimatedCost,

    /// <summary>Is <c>CHANGELOG_MODE</c>.</summary>
    ChangelogMode,

    /// <summary>Is <c>JSON_EXECUTION_PLAN</c>.</summary>
    JsonExecutionPlan,

    /// <summary>Is <c>PLAN_ADVICE</c>.</summary>
    PlanAdvice,
}
