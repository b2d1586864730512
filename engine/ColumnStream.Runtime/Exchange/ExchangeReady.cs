using ColumnStream.Engine.Elements;

namespace ColumnStream.Runtime.Exchange;

/// <summary>Goes from the producer's end of a remote channel to the consumer's, behind what the tasks' start sent; no task sees it.</summary>
internal sealed class ExchangeReady : StreamElement
{
    /// <summary>Gets the one instance.</summary>
    public static ExchangeReady Instance { get; } = new();
}
