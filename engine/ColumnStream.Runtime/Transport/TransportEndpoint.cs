namespace ColumnStream.Runtime.Transport;

/// <summary>Names where a node listens, in its transport's own form.</summary>
/// <param name="Address">For example <c>http://127.0.0.1:7777</c>, <c>unix:/run/node.sock</c>, or a name.</param>
public sealed record TransportEndpoint(string Address)
{
    /// <inheritdoc/>
    public override string ToString() => Address;
}
