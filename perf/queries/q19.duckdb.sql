-- Of equal prices the first to come is first.
SELECT * FROM (
  SELECT auction, bidder, price, channel, url, dateTime, extra,
    row_number() OVER (PARTITION BY auction ORDER BY price DESC, n) AS rank_number
  FROM bid
) WHERE rank_number <= 10
