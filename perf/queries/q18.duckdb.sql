-- Numbers of events rise with time: the last of a bidder's bids on an auction has the largest.
SELECT auction, bidder, price, channel, url, dateTime, extra
FROM bid WHERE n IN (SELECT max(n) FROM bid GROUP BY bidder, auction)
