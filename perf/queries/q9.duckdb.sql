-- Numbers of events rise with time: the highest price, of equal ones the first, is one number to compare, and each bid is found
-- again by its own.
WITH winners AS (
  SELECT A.id, arg_max(B.n, B.price * 1073741824 - B.n) AS n
  FROM auction A JOIN bid B ON A.id = B.auction AND B.dateTime BETWEEN A.dateTime AND A.expires
  GROUP BY A.id
)
SELECT
  A.id, A.itemName, A.description, A.initialBid, A.reserve, A.dateTime, A.expires, A.seller, A.category, A.extra,
  B.auction, B.bidder, B.price, B.dateTime AS bid_dateTime, B.extra AS bid_extra
FROM winners JOIN auction A ON winners.id = A.id JOIN bid B ON winners.n = B.n
