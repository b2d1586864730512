using System;
using System.Linq;

namespace ColumnStream.Compute.Json;

/// <summary>Is a compiled path: <c>lax $.a[0].b</c>. A wrong one is compiled too, and finds nothing but its error.</summary>
internal sealed class JsonPath
{
    private JsonPath(bool isLax, JsonStep[] steps, string text, string? error)
    {
        IsLax = isLax;
        Steps = steps;
        Text = text;
        Error = error;
        Link(steps);
        IsDefinite = steps.All(s => s.IsDefinite);
    }

    /// <summary>Gets whether errors are empty results; strict is the default.</summary>
    public bool IsLax { get; }

    public JsonStep[] Steps { get; }

    /// <summary>Gets whether it selects one value at most; otherwise the result is an array of all values.</summary>
    public bool IsDefinite { get; }

    /// <summary>Gets the path as written.</summary>
    public string Text { get; }

    /// <summary>Gets what is wrong with it, or null.</summary>
    public string? Error { get; }

    /// <summary>Compiles a path.</summary>
    public static JsonPath Compile(string text)
    {
        ReadOnlySpan<char> rest = text.AsSpan().TrimStart();
        bool isLax = IsMode(ref rest, "lax");
        if (!isLax)
        {
            IsMode(ref rest, "strict");
        }

        try
        {
            return new JsonPath(isLax, new JsonPathParser(rest.Trim().ToString()).Parse(), text, null);
        }
        catch (FormatException error)
        {
            return new JsonPath(false, [], text, error.Message);
        }
    }

    /// <summary>Tells each step what stands around it.</summary>
    public static void Link(JsonStep[] steps)
    {
        bool isDefinite = true;
        for (int i = 0; i < steps.Length; i++)
        {
            steps[i].IsLast = i == steps.Length - 1;
            steps[i].IsUpstreamDefinite = isDefinite;
            isDefinite &= steps[i].IsDefinite;
        }
    }

    private static bool IsMode(ref ReadOnlySpan<char> rest, string mode)
    {
        if (!rest.StartsWith(mode, StringComparison.OrdinalIgnoreCase) || rest.Length == mode.Length
            || !char.IsWhiteSpace(rest[mode.Length]) || rest[mode.Length..].IsWhiteSpace())
        {
            return false;
        }

        rest = rest[mode.Length..];
        return true;
    }
}
