using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Functions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.WindowFunctions;

/// <summary>Gives the value of a row at a distance, or a default where the partition has no such row.</summary>
internal abstract class ShiftFunction : WindowFunction
{
    /// <inheritdoc/>
    public override ValueList<string> Signatures => [$"{Name}(value [, offset [, default]]) OVER (...)"];

    /// <summary>Gets +1 for rows behind, −1 for rows before.</summary>
    protected abstract int Direction { get; }

    /// <inheritdoc/>
    public override bool IsConstant(int index) => index == 1;

    /// <inheritdoc/>
    public override FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments)
    {
        if (arguments.Length is < 1 or > 3 || (arguments.Length > 1 && !arguments[1].IsInteger))
        {
            return null;
        }

        SqlType value = arguments[0].Materialized();
        if (arguments.Length < 3)
        {
            return new FunctionBinding(
                arguments.Length == 1 ? [value] : [value, SqlType.BigInt], value.WithNullable(true));
        }

        return TypeCoercion.CommonType(arguments[0], arguments[2])?.Materialized() is { } common
            ? new FunctionBinding([common, SqlType.BigInt, common], common.WithNullable(value.Nullable || arguments[2].Nullable))
            : null;
    }

    /// <inheritdoc/>
    public override (string Value, string Hint)? FindWrong(ReadOnlySpan<LiteralExpression> constants) =>
        constants.IsEmpty || LiteralInteger.Read(constants[0]) is >= 0
            ? null : (constants[0].ToString(), "The offset is not negative.");

    /// <inheritdoc/>
    public override ArrayData Evaluate(
        AggregateCall call, WindowPartitions rows, ReadOnlySpan<ArrayData> arguments, BufferAllocator allocator)
    {
        long offset = call.Constants.Count == 0 ? 1 : LiteralInteger.Read(call.Constants[0]) ?? 1;
        offset = Math.Min(offset, int.MaxValue) * Direction;
        bool hasDefault = arguments.Length > 1;
        var sources = new int[rows.Length];
        for (int p = 0; p + 1 < rows.Partitions.Length; p++)
        {
            int start = rows.Partitions[p];
            int end = rows.Partitions[p + 1];
            for (int row = start; row < end; row++)
            {
                long source = row + offset;
                sources[row] = source >= start && source < end ? (int)source : hasDefault ? rows.Length + row : -1;
            }
        }

        if (!hasDefault)
        {
            return TakeKernel.Take(arguments[0], sources, allocator);
        }

        ArrayData both = ArrayConcat.Concat([arguments[0], arguments[1]], allocator);
        try
        {
            return TakeKernel.Take(both, sources, allocator);
        }
        finally
        {
            both.Release();
        }
    }
}
