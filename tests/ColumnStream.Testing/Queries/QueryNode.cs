using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace ColumnStream.Testing.Queries;

/// <summary>Is a piece of a generated query: text in two dialects and pieces that a reducer can drop or replace.</summary>
/// <param name="Tag">What it is, for the histogram; empty for what is not worth counting.</param>
/// <param name="Parts">Strings, pairs of dialects, and nodes, in order.</param>
public sealed record QueryNode(string Tag, params object[] Parts)
{
    /// <summary>Gets a part that makes its query ours alone.</summary>
    public static object OursOnly { get; } = ("", (string?)null);

    /// <summary>Gets the type of an expression.</summary>
    public QueryType? Type { get; init; }

    /// <summary>Gets whether the piece is a whole query.</summary>
    public bool IsQuery { get; init; }

    /// <summary>Gets whether it may be left out.</summary>
    public bool IsOptional { get; init; }

    /// <summary>Gets what stands between the parts of a list, from which parts may be dropped while one remains.</summary>
    public string? Separator { get; init; }

    /// <summary>Returns a list.</summary>
    public static QueryNode List(string separator, IEnumerable<QueryNode> items) =>
        new("", [.. items]) { Separator = separator };

    /// <summary>Returns a clause that can be left out.</summary>
    public static QueryNode Optional(string tag, params object[] parts) => new(tag, parts) { IsOptional = true };

    /// <summary>Prints the text in our dialect, or in SQLite's: null when it has none.</summary>
    public string? Print(bool ours)
    {
        var text = new StringBuilder();
        return Print(text, ours) ? text.ToString() : null;
    }

    /// <summary>Counts the tags.</summary>
    public void CountTags(IDictionary<string, int> counts)
    {
        if (Tag.Length > 0)
        {
            counts[Tag] = (counts.TryGetValue(Tag, out int count) ? count : 0) + 1;
        }

        foreach (QueryNode child in Parts.OfType<QueryNode>())
        {
            child.CountTags(counts);
        }
    }

    /// <summary>Returns this piece with something dropped or replaced by a part of it; many make no sense.</summary>
    public IEnumerable<QueryNode> Simpler()
    {
        if (IsOptional)
        {
            yield return new QueryNode("");
        }

        if (IsQuery || Type is not null)
        {
            foreach (QueryNode part in Descendants().Where(d => IsQuery ? d.IsQuery : d.Type == Type))
            {
                yield return part;
            }
        }

        for (int i = 0; Separator is not null && Parts.Length > 1 && i < Parts.Length; i++)
        {
            yield return this with { Parts = [.. Parts.Where((_, at) => at != i)] };
        }

        for (int i = 0; i < Parts.Length; i++)
        {
            if (Parts[i] is QueryNode child)
            {
                foreach (QueryNode simpler in child.Simpler())
                {
                    object[] parts = [.. Parts];
                    parts[i] = simpler;
                    yield return this with { Parts = parts };
                }
            }
        }
    }

    private IEnumerable<QueryNode> Descendants() =>
        Parts.OfType<QueryNode>().SelectMany(c => c.Descendants().Prepend(c));

    private bool Print(StringBuilder text, bool ours)
    {
        for (int i = 0; i < Parts.Length; i++)
        {
            if (i > 0 && Separator is not null)
            {
                text.Append(Separator);
            }

            switch (Parts[i])
            {
                case QueryNode node:
                    if (!node.Print(text, ours))
                    {
                        return false;
                    }

                    break;
                case ValueTuple<string, string?> dialects:
                    if (!ours && dialects.Item2 is null)
                    {
                        return false;
                    }

                    text.Append(ours ? dialects.Item1 : dialects.Item2);
                    break;
                default:
                    text.Append((string)Parts[i]);
                    break;
            }
        }

        return true;
    }
}
