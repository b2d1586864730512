using System.Collections.Generic;
using System.Threading.Tasks;

namespace ColumnStream.Flight.Grpc;

/// <summary>Shows the answer to a request as its parts come.</summary>
internal abstract class ClientAnswer
{
    /// <summary>Gets the status of HTTP.</summary>
    public abstract int StatusCode { get; }

    /// <summary>Gets the content's type, or null.</summary>
    public abstract string? ContentType { get; }

    /// <summary>Gets the headers, those of the protocol among them.</summary>
    public abstract IEnumerable<KeyValuePair<string, string>> Headers { get; }

    /// <summary>Gets what came behind the body; nothing before its end.</summary>
    public abstract IEnumerable<KeyValuePair<string, string>> Trailers { get; }

    /// <summary>Returns what delivers the body.</summary>
    public abstract ValueTask<ByteSource> OpenBodyAsync();

    /// <summary>Returns the first value called <paramref name="name"/>, or null.</summary>
    public static string? Find(IEnumerable<KeyValuePair<string, string>> headers, string name)
    {
        foreach ((string known, string value) in headers)
        {
            if (string.Equals(known, name, System.StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        return null;
    }
}
