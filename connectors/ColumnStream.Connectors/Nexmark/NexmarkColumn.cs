using System;
using System.Collections.Generic;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Connectors.Nexmark;

/// <summary>Binds one declared column to what the benchmark puts there; a ROW column binds its fields.</summary>
internal sealed record NexmarkColumn(NexmarkField Field, NexmarkTable Kind, DataType Type, NexmarkColumn[] Children)
{
    private static readonly Dictionary<string, NexmarkField> BidFields = new(StringComparer.Ordinal)
    {
        ["auction"] = NexmarkField.BidAuction,
        ["bidder"] = NexmarkField.BidBidder,
        ["price"] = NexmarkField.BidPrice,
        ["channel"] = NexmarkField.BidChannel,
        ["url"] = NexmarkField.BidUrl,
        ["datetime"] = NexmarkField.DateTime,
        ["extra"] = NexmarkField.Extra,
    };

    private static readonly Dictionary<string, NexmarkField> AuctionFields = new(StringComparer.Ordinal)
    {
        ["id"] = NexmarkField.AuctionId,
        ["itemname"] = NexmarkField.AuctionItemName,
        ["description"] = NexmarkField.AuctionDescription,
        ["initialbid"] = NexmarkField.AuctionInitialBid,
        ["reserve"] = NexmarkField.AuctionReserve,
        ["datetime"] = NexmarkField.DateTime,
        ["expires"] = NexmarkField.AuctionExpires,
        ["seller"] = NexmarkField.AuctionSeller,
        ["category"] = NexmarkField.AuctionCategory,
        ["extra"] = NexmarkField.Extra,
    };

    private static readonly Dictionary<string, NexmarkField> PersonFields = new(StringComparer.Ordinal)
    {
        ["id"] = NexmarkField.PersonId,
        ["name"] = NexmarkField.PersonName,
        ["emailaddress"] = NexmarkField.PersonEmail,
        ["creditcard"] = NexmarkField.PersonCard,
        ["city"] = NexmarkField.PersonCity,
        ["state"] = NexmarkField.PersonState,
        ["datetime"] = NexmarkField.DateTime,
        ["extra"] = NexmarkField.Extra,
    };

    private static readonly Dictionary<string, NexmarkField> UnifiedFields = new(StringComparer.Ordinal)
    {
        ["eventtype"] = NexmarkField.EventType,
        ["datetime"] = NexmarkField.DateTime,
        ["person"] = NexmarkField.Person,
        ["auction"] = NexmarkField.Auction,
        ["bid"] = NexmarkField.Bid,
    };

    /// <summary>Gets whether the column is text that differs a row: about how many bytes one value has.</summary>
    public int ValueBytes => Field switch
    {
        NexmarkField.Extra => Kind switch { NexmarkTable.Auction => 390, NexmarkTable.Person => 138, _ => 68 },
        NexmarkField.BidUrl => 70,
        NexmarkField.AuctionDescription => 51,
        NexmarkField.Person or NexmarkField.Auction or NexmarkField.Bid => 64,
        _ => 16,
    };

    /// <summary>Binds every column of <paramref name="table"/> by name; case and underscores do not matter.</summary>
    /// <exception cref="Engine.Errors.UserException">A column has a name or type that the benchmark does not have.</exception>
    public static NexmarkColumn[] Bind(TableSpec table, NexmarkTable kind)
    {
        var columns = new NexmarkColumn[table.Columns.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = Bind(table, kind, string.Empty, table.Columns[i]);
        }

        return columns;
    }

    private static NexmarkColumn Bind(TableSpec table, NexmarkTable kind, string prefix, SqlField column)
    {
        Dictionary<string, NexmarkField> fields = kind switch
        {
            NexmarkTable.Bid => BidFields,
            NexmarkTable.Auction => AuctionFields,
            NexmarkTable.Person => PersonFields,
            _ => UnifiedFields,
        };
#pragma warning disable CA1308 // Keys above are lower case; nothing is compared with text of a culture.
        string name = column.Name.Replace("_", string.Empty, StringComparison.Ordinal).ToLowerInvariant();
#pragma warning restore CA1308
        if (!fields.TryGetValue(name, out NexmarkField field))
        {
            throw OptionReader.Error(
                table,
                3113,
                $"Column is not part of the Nexmark table '{Word(kind)}': {prefix}{column.Name}. "
                + $"Known are {string.Join(", ", fields.Keys)}.");
        }

        string expected = Expected(field);
        if (!Fits(expected, column.Type))
        {
            throw OptionReader.Error(
                table, 3113, $"Column has a wrong type: {prefix}{column.Name} {column.Type}. Expected {expected}.");
        }

        NexmarkColumn[] children = [];
        NexmarkTable inner = field switch
        {
            NexmarkField.Person => NexmarkTable.Person,
            NexmarkField.Auction => NexmarkTable.Auction,
            NexmarkField.Bid => NexmarkTable.Bid,
            _ => kind,
        };
        if (inner != kind)
        {
            children = new NexmarkColumn[column.Type.Fields.Count];
            for (int i = 0; i < children.Length; i++)
            {
                children[i] = Bind(table, inner, $"{prefix}{column.Name}.", column.Type.Fields[i]);
            }
        }

        return new NexmarkColumn(field, inner, column.Type.ToArrow(), children);
    }

    private static string Word(NexmarkTable kind) => kind switch
    {
        NexmarkTable.Bid => "bid",
        NexmarkTable.Auction => "auction",
        NexmarkTable.Person => "person",
        _ => "all events",
    };

    private static string Expected(NexmarkField field) => field switch
    {
        NexmarkField.EventType => "INT",
        NexmarkField.DateTime or NexmarkField.AuctionExpires => "TIMESTAMP or TIMESTAMP_LTZ",
        NexmarkField.Person or NexmarkField.Auction or NexmarkField.Bid => "ROW",
        NexmarkField.BidAuction or NexmarkField.BidBidder or NexmarkField.BidPrice or NexmarkField.AuctionId
            or NexmarkField.AuctionInitialBid or NexmarkField.AuctionReserve or NexmarkField.AuctionSeller
            or NexmarkField.AuctionCategory or NexmarkField.PersonId => "BIGINT",
        _ => "STRING",
    };

    private static bool Fits(string expected, SqlType type) => expected switch
    {
        "INT" => type.Id == SqlTypeId.Integer,
        "BIGINT" => type.Id == SqlTypeId.BigInt,
        "ROW" => type.Id == SqlTypeId.Row,
        "STRING" => type.Id == SqlTypeId.VarChar,
        _ => type.IsTimestamp,
    };
}
