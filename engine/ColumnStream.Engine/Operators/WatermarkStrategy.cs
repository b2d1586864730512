namespace ColumnStream.Engine.Operators;

/// <summary>Names when watermarks rise.</summary>
public enum WatermarkStrategy : byte
{
    /// <summary>Behind each batch.</summary>
    OnPeriodic,

    /// <summary>Behind each row that raises it: lateness does not depend on batch cuts.</summary>
    OnEvent,
}
