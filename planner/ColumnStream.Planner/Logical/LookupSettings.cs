using ColumnStream.Engine.Lookups;

namespace ColumnStream.Planner.Logical;

/// <summary>Says how a join looks its table up.</summary>
/// <param name="Options">The table's options.</param>
/// <param name="Policy">How the table is asked.</param>
/// <param name="IsOrdered">Whether rows leave in the order in which they came.</param>
/// <param name="Shuffles">Whether rows of one key come to one subtask.</param>
internal sealed record LookupSettings(LookupOptions Options, LookupPolicy Policy, bool IsOrdered, bool Shuffles);
