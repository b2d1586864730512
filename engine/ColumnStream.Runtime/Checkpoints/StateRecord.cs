using System.Collections.Generic;

namespace ColumnStream.Runtime.Checkpoints;

/// <summary>Describes a state of an operator.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsOptional">Whether it belongs to one aggregate.</param>
/// <param name="Columns">Its columns, behind slot, live and key group.</param>
public sealed record StateRecord(string Name, bool IsOptional, IReadOnlyList<ColumnRecord> Columns);
