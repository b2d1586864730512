namespace ColumnStream.Engine.Sinks;

/// <summary>Names how a sink keeps its promise over failures, from the surest on; EXPLAIN shows the letter.</summary>
public enum SinkClass : byte
{
    /// <summary>Rows and the number of their checkpoint come in one transaction: class A.</summary>
    Transaction,

    /// <summary>Whole objects become visible at once, under names that a repeated commit finds again: class B.</summary>
    Visibility,

    /// <summary>Rows replace those of their key, so that repeats converge; what stood between may be seen: class C.</summary>
    Upsert,

    /// <summary>Rows are appended as they come and may repeat after a failure: class D.</summary>
    Append,
}
