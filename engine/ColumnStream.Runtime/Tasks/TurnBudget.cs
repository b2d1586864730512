namespace ColumnStream.Runtime.Tasks;

/// <summary>Bounds one turn.</summary>
/// <param name="Deadline">The executor's time, in nanoseconds, behind which the turn should end between two elements.</param>
public readonly record struct TurnBudget(long Deadline);
