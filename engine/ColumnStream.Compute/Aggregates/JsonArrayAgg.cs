using System;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Functions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Aggregates;

/// <summary>States the facts of JSON_ARRAYAGG.</summary>
internal sealed class JsonArrayAgg : AggregateFunction
{
    /// <inheritdoc/>
    public override string Name => "JSON_ARRAYAGG";

    /// <inheritdoc/>
    public override ValueList<string> Signatures => ["JSON_ARRAYAGG(value [{ NULL | ABSENT } ON NULL])"];

    /// <inheritdoc/>
    public override string Doc => "Returns the values as a JSON array; NULLs are left out by default.";

    /// <inheritdoc/>
    public override bool HasNullTreatment => true;

    /// <inheritdoc/>
    public override bool HasEmptyResult => true;

    /// <inheritdoc/>
    public override FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) =>
        arguments.Length == 1 && JsonArgument.Of(arguments[0]) is { } type
            ? new FunctionBinding([type], SqlType.String.WithNullable(false))
            : null;

    /// <inheritdoc/>
    public override Accumulator CreateAccumulator(AggregateCall call) =>
        new JsonAggAccumulator(call, isObject: false, writesNulls: call.Nulls == NullRule.Respect);
}
