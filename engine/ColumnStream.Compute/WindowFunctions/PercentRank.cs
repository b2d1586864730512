using System;
using ColumnStream.Compute.Functions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.WindowFunctions;

/// <summary>States the facts of PERCENT_RANK.</summary>
internal sealed class PercentRank : RankFunction
{
    /// <inheritdoc/>
    public override string Name => "PERCENT_RANK";

    /// <inheritdoc/>
    public override string Doc => "Gives (rank - 1) / (rows - 1), and 0 for a single row.";

    /// <inheritdoc/>
    public override FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) =>
        arguments.IsEmpty ? new FunctionBinding(default, SqlType.Double.WithNullable(false)) : null;

    /// <inheritdoc/>
    protected override long Word(Place place) => BitConverter.DoubleToInt64Bits(
        place.Count == 1 ? 0 : (double)place.First / (place.Count - 1));
}
