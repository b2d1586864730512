-- Nexmark: bids per auction in windows of ten seconds of event time, one million events made on the fly.
CREATE TABLE bid (
  auction  BIGINT,
  bidder   BIGINT,
  price    BIGINT,
  dateTime TIMESTAMP(3),
  WATERMARK FOR dateTime AS dateTime - INTERVAL '4' SECOND
) WITH (
  'connector'      = 'nexmark',
  'nexmark.table'  = 'bid',
  'nexmark.events' = '1000000'
);

SELECT window_start, auction, COUNT(*) AS bids, MAX(price) AS highest
FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(dateTime), INTERVAL '10' SECOND))
GROUP BY window_start, window_end, auction
ORDER BY bids DESC, window_start, auction
LIMIT 10;
