using ColumnStream.Engine.Elements;

namespace ColumnStream.Engine.Operators;

/// <summary>Receives an operator's output and owns it from then on.</summary>
public abstract class Collector
{
    /// <summary>Takes over <paramref name="batch"/>, also on failure.</summary>
    public abstract void Emit(StreamBatch batch);

    /// <summary>Passes on a watermark that the operator itself makes, behind what it emitted so far.</summary>
    /// <remarks>Only operators that assign watermarks or hold them back call it; all others answer <see cref="Operator.Advance"/>.</remarks>
    public virtual void EmitWatermark(long watermarkMs)
    {
    }

    /// <summary>Passes on that nothing comes for now and that watermarks must not wait.</summary>
    public virtual void EmitIdle()
    {
    }
}
