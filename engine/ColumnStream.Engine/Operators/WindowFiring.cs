namespace ColumnStream.Engine.Operators;

/// <summary>States when a window gives results beside the one at its end; all times in milliseconds.</summary>
/// <param name="EarlyMs">Processing time between results before the end: 0 with every batch, -1 none.</param>
/// <param name="LateMs">Processing time between results behind the end: 0 with every batch.</param>
/// <param name="LatenessMs">Event time behind the end for which late rows still count.</param>
public sealed record WindowFiring(long EarlyMs, long LateMs, long LatenessMs)
{
    /// <inheritdoc/>
    public override string ToString()
    {
        string early = EarlyMs < 0 ? string.Empty : EarlyMs == 0 ? ", early with every batch" : $", early every {EarlyMs} ms";
        string late = LatenessMs == 0 ? string.Empty : LateMs == 0 ? ", late with every batch" : $", late every {LateMs} ms";
        return $"lateness {LatenessMs} ms{early}{late}";
    }
}
