namespace ColumnStream.Planner.Errors;

/// <summary>Is one row of the planner's error table.</summary>
/// <param name="Code">The number behind <c>CST</c>; never changes its meaning.</param>
/// <param name="SqlState">SQLSTATE for drivers.</param>
/// <param name="Template">The message; numbers in braces stand for values.</param>
internal sealed record PlannerError(int Code, string SqlState, string Template);
