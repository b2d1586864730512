using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Expressions;

/// <summary>Converts a value to another type by Flink's CAST matrix.</summary>
/// <param name="Input">The value.</param>
/// <param name="Type">The target type.</param>
/// <param name="Try">Whether failure gives NULL (TRY_CAST) instead of an error.</param>
public sealed record CastExpression(BoundExpression Input, SqlType Type, bool Try = false) : BoundExpression(Type)
{
    /// <inheritdoc/>
    public override string ToString() => $"{(Try ? "TRY_CAST" : "CAST")}({Input} AS {Type})";
}
