SELECT B.auction, B.price, B.bidder, B.dateTime, B.extra
FROM bid B JOIN (
  SELECT max(price) AS maxprice, make_timestamp((epoch_us(dateTime) // 10000000 + 1) * 10000000) AS ends
  FROM bid
  GROUP BY epoch_us(dateTime) // 10000000
) B1 ON B.price = B1.maxprice
WHERE B.dateTime BETWEEN B1.ends - INTERVAL 10 SECOND AND B1.ends
