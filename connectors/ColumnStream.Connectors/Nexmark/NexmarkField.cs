namespace ColumnStream.Connectors.Nexmark;

/// <summary>Names what a column holds; the value is also the number of the draw that makes it.</summary>
internal enum NexmarkField : byte
{
    EventType,
    DateTime,
    Extra,
    BidAuction,
    BidBidder,
    BidPrice,
    BidChannel,
    BidUrl,
    AuctionId,
    AuctionItemName,
    AuctionDescription,
    AuctionInitialBid,
    AuctionReserve,
    AuctionExpires,
    AuctionSeller,
    AuctionCategory,
    PersonId,
    PersonName,
    PersonEmail,
    PersonCard,
    PersonCity,
    PersonState,
    Person,
    Auction,
    Bid,
}
