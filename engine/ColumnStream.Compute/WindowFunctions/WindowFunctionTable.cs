using System;
using System.Collections.Generic;

namespace ColumnStream.Compute.WindowFunctions;

/// <summary>Lists every function that needs OVER, sorted by name: one file and one line each.</summary>
public static class WindowFunctionTable
{
    /// <summary>Gets all window functions.</summary>
    public static IReadOnlyList<WindowFunction> All { get; } =
    [
        new CumeDist(),
        new DenseRank(),
        new Lag(),
        new Lead(),
        new Ntile(),
        new PercentRank(),
        new Rank(),
        new RowNumber(),
    ];

    /// <summary>Finds a window function by name, without regard to case.</summary>
    public static WindowFunction? Find(string name)
    {
        foreach (WindowFunction function in All)
        {
            if (string.Equals(function.Name, name, StringComparison.OrdinalIgnoreCase))
            {
                return function;
            }
        }

        return null;
    }
}
