namespace ColumnStream.Engine.Sinks;

/// <summary>States what a sink keeps over failures.</summary>
public enum SinkGuarantee : byte
{
    /// <summary>Rows may repeat after a failure.</summary>
    AtLeastOnce,

    /// <summary>Repeated writes converge to the same rows.</summary>
    Idempotent,

    /// <summary>Every row is visible once.</summary>
    ExactlyOnce,
}
