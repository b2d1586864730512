SELECT bidder, bid_count, make_timestamp(w * 10000000) AS starttime, make_timestamp(w * 10000000 + 10000000) AS endtime
FROM (SELECT bidder, epoch_us(dateTime) // 10000000 AS w, count(*) AS bid_count FROM bid GROUP BY ALL)
