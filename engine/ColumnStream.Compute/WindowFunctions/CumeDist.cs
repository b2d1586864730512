using System;
using ColumnStream.Compute.Functions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.WindowFunctions;

/// <summary>States the facts of CUME_DIST.</summary>
internal sealed class CumeDist : RankFunction
{
    /// <inheritdoc/>
    public override string Name => "CUME_DIST";

    /// <inheritdoc/>
    public override string Doc => "Gives the part of the partition's rows that are not behind the row.";

    /// <inheritdoc/>
    public override FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) =>
        arguments.IsEmpty ? new FunctionBinding(default, SqlType.Double.WithNullable(false)) : null;

    /// <inheritdoc/>
    protected override long Word(Place place) => BitConverter.DoubleToInt64Bits((double)place.Behind / place.Count);
}
