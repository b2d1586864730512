using System;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Functions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Aggregates;

/// <summary>States the facts of one aggregate function; its kernels stand in the same file.</summary>
public abstract class AggregateFunction
{
    /// <summary>Gets the canonical upper-case name.</summary>
    public abstract string Name { get; }

    /// <summary>Gets the signatures as documentation shows them.</summary>
    public abstract ValueList<string> Signatures { get; }

    /// <summary>Gets one sentence for help and documentation.</summary>
    public abstract string Doc { get; }

    /// <summary>Resolves a call by argument types; null when no signature fits.</summary>
    public abstract FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments);

    /// <summary>Makes what runs a bound call.</summary>
    public abstract Accumulator CreateAccumulator(AggregateCall call);
}
