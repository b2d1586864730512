namespace ColumnStream.Connectors.Nexmark;

/// <summary>Names the row sets that a table may show.</summary>
internal enum NexmarkTable : byte
{
    /// <summary>All events, each kind in its own ROW column.</summary>
    Unified,

    /// <summary>Persons only.</summary>
    Person,

    /// <summary>Auctions only.</summary>
    Auction,

    /// <summary>Bids only.</summary>
    Bid,
}
