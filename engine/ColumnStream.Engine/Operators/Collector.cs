using ColumnStream.Engine.Elements;

namespace ColumnStream.Engine.Operators;

/// <summary>Receives an operator's output and owns it from then on.</summary>
public abstract class Collector
{
    /// <summary>Takes over <paramref name="batch"/>, also on failure.</summary>
    public abstract void Emit(StreamBatch batch);
}
