using System;
using System.Collections.Generic;
using ColumnStream.Flight.Sql.Parameters;

namespace ColumnStream.Data.Parameters;

/// <summary>Turns <c>@name</c> and <c>:name</c> of a statement into the <c>?</c> that the server knows.</summary>
internal static class ParameterText
{
    /// <summary>
    /// Gives the text with a <c>?</c> for every parameter, and the parameters in the order of these. A name that no parameter has
    /// stays: the server then shows where it stands.
    /// </summary>
    /// <exception cref="InvalidOperationException">There are more <c>?</c> than parameters.</exception>
    public static (string Text, IReadOnlyList<ColumnStreamParameter> Parameters) Resolve(
        string sql, ColumnStreamParameterCollection given)
    {
        if (given.Count == 0)
        {
            return (sql, []);
        }

        List<ColumnStreamParameter> used = [];
        int positions = 0;
        string text = ParameterMarkers.Replace(sql, "@:", name =>
        {
            int index = name.Length == 0 ? positions++ : given.IndexOf(name);
            if (index == given.Count)
            {
                throw new InvalidOperationException($"Statement has more ? than the command has parameters: {given.Count}.");
            }

            if (index >= 0)
            {
                used.Add(given[index]);
            }

            return index >= 0;
        });
        return (text, used);
    }
}
