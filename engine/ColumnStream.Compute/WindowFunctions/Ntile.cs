using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Functions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.WindowFunctions;

/// <summary>States the facts of NTILE.</summary>
internal sealed unsafe class Ntile : WindowFunction
{
    /// <inheritdoc/>
    public override string Name => "NTILE";

    /// <inheritdoc/>
    public override ValueList<string> Signatures => ["NTILE(n) OVER (...)"];

    /// <inheritdoc/>
    public override string Doc => "Divides a partition into n parts as equal as can be, larger ones first, and numbers them.";

    /// <inheritdoc/>
    public override bool IsConstant(int index) => true;

    /// <inheritdoc/>
    public override FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) => arguments.Length == 1 && arguments[0].IsInteger
        ? new FunctionBinding([SqlType.BigInt], SqlType.Integer.WithNullable(false))
        : null;

    /// <inheritdoc/>
    public override (string Value, string Hint)? FindWrong(ReadOnlySpan<LiteralExpression> constants) =>
        LiteralInteger.Read(constants[0]) is > 0 ? null : (constants[0].ToString(), "There is at least one part.");

    /// <inheritdoc/>
    public override ArrayData Evaluate(
        AggregateCall call, WindowPartitions rows, ReadOnlySpan<ArrayData> arguments, BufferAllocator allocator)
    {
        long parts = LiteralInteger.Read(call.Constants[0]) ?? 1;
        NativeBuffer values = allocator.Allocate(Math.Max(1, rows.Length) * 4L);
        for (int p = 0; p + 1 < rows.Partitions.Length; p++)
        {
            int start = rows.Partitions[p];
            int count = rows.Partitions[p + 1] - start;
            (long size, long larger) = Math.DivRem(count, parts);
            for (int i = 0; i < count; i++)
            {
                long part = i < larger * (size + 1) ? i / (size + 1) : larger + ((i - (larger * (size + 1))) / size);
                ((int*)values.Pointer)[start + i] = (int)(part + 1);
            }
        }

        return new FixedWidthArray(DataType.Int32, rows.Length, values, null);
    }
}
