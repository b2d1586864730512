namespace ColumnStream.Engine.State;

/// <summary>Says what a change of a query may do to a column of a state.</summary>
public enum StateColumnRole : byte
{
    /// <summary>Finds a row or its key group: the same columns in the same order, or the state cannot be read.</summary>
    Key,

    /// <summary>Travels along with a row: it may be left out, and cannot be made up.</summary>
    Row,

    /// <summary>Belongs to one aggregate: it may be left out, and may begin empty where somebody agrees.</summary>
    Value,

    /// <summary>Belongs to the operator itself: it stays.</summary>
    Own,

    /// <summary>Is made anew after a restore, or may begin at zero without harm.</summary>
    Link,
}
