SELECT auction, bidder, price, channel, dateTime FROM bid
