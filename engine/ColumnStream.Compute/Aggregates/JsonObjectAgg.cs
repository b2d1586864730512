using System;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Functions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Aggregates;

/// <summary>States the facts of JSON_OBJECTAGG.</summary>
internal sealed class JsonObjectAgg : AggregateFunction
{
    /// <inheritdoc/>
    public override string Name => "JSON_OBJECTAGG";

    /// <inheritdoc/>
    public override ValueList<string> Signatures => ["JSON_OBJECTAGG([KEY] key VALUE value [{ NULL | ABSENT } ON NULL])"];

    /// <inheritdoc/>
    public override string Doc =>
        "Returns keys and values as a JSON object with sorted keys; a key must be neither NULL nor there twice.";

    /// <inheritdoc/>
    public override bool HasNullTreatment => true;

    /// <inheritdoc/>
    public override bool HasEmptyResult => true;

    /// <inheritdoc/>
    public override FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) =>
        arguments.Length == 2 && arguments[0].IsText && JsonArgument.Of(arguments[1]) is { } type
            ? new FunctionBinding([SqlType.String, type], SqlType.String.WithNullable(false))
            : null;

    /// <inheritdoc/>
    public override Accumulator CreateAccumulator(AggregateCall call) =>
        new JsonAggAccumulator(call, isObject: true, writesNulls: call.Nulls != NullRule.Ignore);
}
