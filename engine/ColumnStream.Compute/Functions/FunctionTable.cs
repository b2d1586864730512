using System;
using System.Collections.Frozen;
using System.Collections.Generic;

namespace ColumnStream.Compute.Functions;

/// <summary>Lists every scalar function and operator, sorted by name inside each group: one file and one line each.</summary>
public static class FunctionTable
{
    /// <summary>Gets all functions, in table order.</summary>
    public static IReadOnlyList<ScalarFunction> All { get; } =
    [
        Access.FieldAccess.Definition,

        Arithmetic.Add.Definition,
        Arithmetic.Divide.Definition,
        Arithmetic.Modulo.Definition,
        Arithmetic.Multiply.Definition,
        Arithmetic.Negate.Definition,
        Arithmetic.Subtract.Definition,

        Comparison.Between.Definition,
        Comparison.Equal.Definition,
        Comparison.Greater.Definition,
        Comparison.GreaterOrEqual.Definition,
        Comparison.In.Definition,
        Comparison.IsDistinctFrom.Definition,
        Comparison.IsNotDistinctFrom.Definition,
        Comparison.Less.Definition,
        Comparison.LessOrEqual.Definition,
        Comparison.Like.Definition,
        Comparison.NotEqual.Definition,

        Conditional.Coalesce.Definition,
        Conditional.Greatest.Definition,
        Conditional.If.Definition,
        Conditional.IfNull.Definition,
        Conditional.Least.Definition,
        Conditional.NullIf.Definition,

        Logical.And.Definition,
        Logical.IsFalse.Definition,
        Logical.IsNotFalse.Definition,
        Logical.IsNotNull.Definition,
        Logical.IsNotTrue.Definition,
        Logical.IsNull.Definition,
        Logical.IsTrue.Definition,
        Logical.Not.Definition,
        Logical.Or.Definition,

        Numeric.Abs.Definition,
    ];

    // Stands below the list: static members initialise in the order of the file.
    private static readonly FrozenDictionary<string, ScalarFunction> ByName = Index();

    /// <summary>Gets all names and aliases.</summary>
    public static IEnumerable<string> Names => ByName.Keys;

    /// <summary>Finds a function by name or alias, without regard to case.</summary>
    public static ScalarFunction? Find(string name) => ByName.GetValueOrDefault(name);

    private static FrozenDictionary<string, ScalarFunction> Index()
    {
        var index = new Dictionary<string, ScalarFunction>(StringComparer.OrdinalIgnoreCase);
        foreach (ScalarFunction function in All)
        {
            index.Add(function.Name, function);
            foreach (string alias in function.Aliases)
            {
                index.Add(alias, function);
            }
        }

        return index.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }
}
