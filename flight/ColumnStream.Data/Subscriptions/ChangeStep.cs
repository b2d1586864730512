namespace ColumnStream.Data.Subscriptions;

/// <summary>Says what a step of a subscription came to.</summary>
internal enum ChangeStep
{
    /// <summary>There are changes.</summary>
    Changes,

    /// <summary>The query has begun anew.</summary>
    Reset,

    /// <summary>The query has ended: its input did.</summary>
    End,
}
