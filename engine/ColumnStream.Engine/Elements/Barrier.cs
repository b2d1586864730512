namespace ColumnStream.Engine.Elements;

/// <summary>Separates rows before from rows after one checkpoint; never a connector's business.</summary>
/// <param name="epoch">The checkpoint's number, ascending, never reused.</param>
/// <param name="isFinal">Whether it is the last one of a bounded job.</param>
/// <param name="isSavepoint">Whether its epoch is a savepoint: never overtakes rows.</param>
public sealed class Barrier(long epoch, bool isFinal = false, bool isSavepoint = false) : StreamElement
{
    /// <summary>Gets the checkpoint's number.</summary>
    public long Epoch { get; } = epoch;

    /// <summary>Gets whether it is the last one of a bounded job.</summary>
    public bool IsFinal { get; } = isFinal;

    /// <summary>Gets whether its epoch is a savepoint, which holds no rows in flight: its barrier never overtakes any.</summary>
    public bool IsSavepoint { get; } = isSavepoint;
}
