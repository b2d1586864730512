using System.Collections.Generic;
using ColumnStream.Runtime.Checkpoints;

namespace ColumnStream.Runtime.Upgrades;

/// <summary>Is a step of a plan that keeps something.</summary>
/// <param name="Record">What it keeps and what that means.</param>
/// <param name="Upstream">Uids of the nearest steps above it that keep something, watermarks aside.</param>
/// <param name="TakesUpdates">Whether its rows are taken back or changed.</param>
internal sealed record PlannedOperator(OperatorRecord Record, IReadOnlyList<string> Upstream, bool TakesUpdates);
