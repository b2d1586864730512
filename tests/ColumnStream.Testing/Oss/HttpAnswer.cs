using System;
using System.Collections.Generic;
using System.Linq;

namespace ColumnStream.Testing.Oss;

/// <summary>Is what a loopback server answers.</summary>
public sealed record HttpAnswer(int Status, byte[] Body, HttpEnding Ending = HttpEnding.Whole)
{
    /// <summary>Gets the headers; the length is added where it is not among them.</summary>
    public List<(string Name, string Value)> Headers { get; init; } = [];

    public HttpAnswer With(string name, string value)
    {
        Headers.Add((name, value));
        return this;
    }

    public string? Header(string name) =>
        Headers.FirstOrDefault(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
}
