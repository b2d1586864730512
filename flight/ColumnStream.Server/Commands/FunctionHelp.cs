using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using ColumnStream.Planner.Functions;

namespace ColumnStream.Server.Commands;

/// <summary>Prints help of functions for the command line and the shell.</summary>
internal static class FunctionHelp
{
    /// <summary>
    /// Prints the function of this name; of a LIKE pattern or a part of names, all that match; null means all. False, after
    /// a message with the nearest name, when there is none.
    /// </summary>
    public static bool Print(TextWriter output, TextWriter error, string? name)
    {
        FunctionInfo[] found = name is null ? [.. FunctionCatalog.All] : [.. Find(name)];
        if (found.Length == 0)
        {
            string near = FunctionCatalog.Nearest(name!) is { } known ? $" Did you mean '{known}'?" : string.Empty;
            error.WriteLine($"columnstream: function not found: {name}.{near}");
            return false;
        }

        foreach (FunctionInfo function in found)
        {
            Print(output, function);
        }

        return true;
    }

    private static IEnumerable<FunctionInfo> Find(string name)
    {
        if (FunctionCatalog.Find(name) is { } exact)
        {
            return [exact];
        }

        if (name.Contains('%', StringComparison.Ordinal))
        {
            string pattern = "^" + Regex.Escape(name).Replace("%", ".*", StringComparison.Ordinal)
                .Replace("_", ".", StringComparison.Ordinal) + "$";
            return FunctionCatalog.All.Where(f => Names(f).Any(n => Regex.IsMatch(n, pattern, RegexOptions.IgnoreCase)));
        }

        return FunctionCatalog.All.Where(f => Names(f).Any(n => n.Contains(name, StringComparison.OrdinalIgnoreCase)));
    }

    private static IEnumerable<string> Names(FunctionInfo function) => function.Aliases.Prepend(function.Name);

    private static void Print(TextWriter output, FunctionInfo function)
    {
        foreach (string signature in function.Signatures)
        {
            output.WriteLine(signature);
        }

        string kind = function.Kind == FunctionKind.Scalar ? string.Empty : $" ({function.Kind.ToString().ToLowerInvariant()})";
        output.WriteLine($"    {function.Doc}{kind}");
        if (function.Aliases.Count > 0)
        {
            output.WriteLine($"    Also {string.Join(", ", function.Aliases)}.");
        }

        if (function.Example.Length > 0)
        {
            output.WriteLine($"    {function.Example}");
        }
    }
}
