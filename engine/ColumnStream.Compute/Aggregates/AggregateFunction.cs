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

    /// <summary>Gets whether rows can be taken back; the planner refuses the function over updates otherwise.</summary>
    public virtual bool CanRetract => true;

    /// <summary>Gets what IGNORE NULLS or RESPECT NULLS (JSON: ABSENT or NULL ON NULL) may say.</summary>
    public virtual bool HasNullTreatment => false;

    /// <summary>Gets whether the result over no rows is a value and not NULL.</summary>
    public virtual bool HasEmptyResult => false;

    /// <summary>Tells whether the argument at <paramref name="index"/> of a call must be a constant.</summary>
    public virtual bool IsConstant(int index) => false;

    /// <summary>Returns a constant of a call that does not fit, and what would; null when all do.</summary>
    public virtual (string Value, string Hint)? FindWrong(ReadOnlySpan<LiteralExpression> constants) => null;

    /// <summary>Makes what runs a bound call.</summary>
    public abstract Accumulator CreateAccumulator(AggregateCall call);

    /// <summary>Makes what runs a bound call over rows of which none is taken back, where less state does for that.</summary>
    public virtual Accumulator CreateInsertOnly(AggregateCall call) => CreateAccumulator(call);
}
