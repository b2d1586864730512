SELECT auction, bidder, 0.908 * price AS price, channel, dateTime FROM bid
