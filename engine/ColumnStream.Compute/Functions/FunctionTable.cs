using System;
using System.Collections.Frozen;
using System.Collections.Generic;

namespace ColumnStream.Compute.Functions;

/// <summary>Lists every scalar function and operator, sorted by name inside each group: one file and one line each.</summary>
public static class FunctionTable
{
    private static readonly FrozenDictionary<string, ScalarFunction> ByName = Index();

    /// <summary>Gets all functions, in table order.</summary>
    public static IReadOnlyList<ScalarFunction> All { get; } =
    [
    ];

    /// <summary>Gets all names and aliases.</summary>
    public static IEnumerable<string> Names => ByName.Keys;

    /// <summary>Finds a function by name or alias, without regard to case.</summary>
    public static ScalarFunction? Find(string name) => ByName.GetValueOrDefault(name);

    private static FrozenDictionary<string, ScalarFunction> Index()
    {
        var index = new Dictionary<string, ScalarFunction>(StringComparer.OrdinalIgnoreCase);
        foreach (ScalarFunction function in All ?? [])
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
