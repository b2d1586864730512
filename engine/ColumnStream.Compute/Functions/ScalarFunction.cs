using System;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions;

/// <summary>States the facts of one SQL function or operator; its kernel stands in the same file.</summary>
public abstract class ScalarFunction
{
    /// <summary>Gets the canonical upper-case name or operator symbol.</summary>
    public abstract string Name { get; }

    /// <summary>Gets other names for the same function.</summary>
    public virtual ValueList<string> Aliases => default;

    /// <summary>Gets the signatures as documentation shows them: <c>SUBSTRING(s, start [, length])</c>.</summary>
    public abstract ValueList<string> Signatures { get; }

    /// <summary>Gets one sentence for help and documentation.</summary>
    public abstract string Doc { get; }

    /// <summary>Gets a SQL expression of BOOLEAN type that is true: shown in help and run as a test.</summary>
    public abstract string Example { get; }

    /// <summary>Gets what the result depends on.</summary>
    public virtual Volatility Volatility => Volatility.Immutable;

    /// <summary>Resolves a call by argument types; null when no signature fits.</summary>
    public abstract FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments);

    /// <summary>Resolves a call by its arguments, for results whose type follows a constant; by types alone otherwise.</summary>
    public virtual FunctionBinding? Bind(ReadOnlySpan<BoundExpression> arguments)
    {
        var types = new SqlType[arguments.Length];
        for (int i = 0; i < types.Length; i++)
        {
            types[i] = arguments[i].Type;
        }

        return Bind(types);
    }

    /// <summary>Says what is wrong with the constant arguments of a bound call; null when nothing is.</summary>
    public virtual string? Check(CallExpression call) => null;

    /// <summary>Adds the steps that compute a call for the rows of a branch; returns the result's register.</summary>
    internal virtual int Compile(ProgramCompiler compiler, CallExpression call, int branch) =>
        throw new NotSupportedException($"Function has no kernel: {Name}.");

    /// <summary>Tells whether the call cannot fail and costs less than testing which rows need it.</summary>
    internal virtual bool IsCheap(CallExpression call) => false;
}
