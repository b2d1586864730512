using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Functions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.WindowFunctions;

/// <summary>States the facts of one function that needs OVER, and computes it over sorted rows: arrays in, array out.</summary>
public abstract class WindowFunction
{
    /// <summary>Gets the canonical upper-case name.</summary>
    public abstract string Name { get; }

    /// <summary>Gets the signatures as documentation shows them.</summary>
    public abstract ValueList<string> Signatures { get; }

    /// <summary>Gets one sentence for help and documentation.</summary>
    public abstract string Doc { get; }

    /// <summary>Resolves a call by argument types; null when no signature fits.</summary>
    public virtual FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) =>
        arguments.IsEmpty ? new FunctionBinding(default, SqlType.BigInt.WithNullable(false)) : null;

    /// <summary>Tells whether the argument at <paramref name="index"/> of a call must be a constant.</summary>
    public virtual bool IsConstant(int index) => false;

    /// <summary>Returns a constant of a call that does not fit, and what would; null when all do.</summary>
    public virtual (string Value, string Hint)? FindWrong(ReadOnlySpan<LiteralExpression> constants) => null;

    /// <summary>Computes the function for all rows.</summary>
    /// <param name="call">The call.</param>
    /// <param name="rows">Partitions and groups of equals.</param>
    /// <param name="arguments">The argument columns in the order of the rows.</param>
    /// <param name="allocator">Pays for the result.</param>
    public abstract ArrayData Evaluate(
        AggregateCall call, WindowPartitions rows, ReadOnlySpan<ArrayData> arguments, BufferAllocator allocator);
}
