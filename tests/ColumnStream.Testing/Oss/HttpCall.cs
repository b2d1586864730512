using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace ColumnStream.Testing.Oss;

/// <summary>Is a request as it came over the wire.</summary>
/// <param name="Method">The method.</param>
/// <param name="Target">Path and query, encoded as they came.</param>
/// <param name="Headers">The headers in order, names in small letters.</param>
/// <param name="Body">The body.</param>
public sealed record HttpCall(
    string Method, string Target, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body)
{
    /// <summary>Gets the path as bytes decoded to text.</summary>
    public string Path => Decode(Target.Split('?')[0]);

    /// <summary>Gets the parameters; one without value has an empty one.</summary>
    public IReadOnlyList<(string Name, string Value)> Query
    {
        get
        {
            int mark = Target.IndexOf('?', StringComparison.Ordinal);
            return mark < 0
                ? []
                : [.. Target[(mark + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair =>
                {
                    int equals = pair.IndexOf('=', StringComparison.Ordinal);
                    return equals < 0 ? (Decode(pair), "") : (Decode(pair[..equals]), Decode(pair[(equals + 1)..]));
                })];
        }
    }

    public string? Header(string name) => Headers.FirstOrDefault(h => h.Name == name).Value;

    public string? Parameter(string name) => Query.FirstOrDefault(q => q.Name == name).Value;

    private static string Decode(string text)
    {
        var bytes = new List<byte>();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '%')
            {
                bytes.Add(Convert.ToByte(text.Substring(i + 1, 2), 16));
                i += 2;
            }
            else
            {
                bytes.Add((byte)text[i]);
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
