-- The bids: five columns in memory, made by the nexmark connector before anything is timed. Bids come in the order of
-- event time; the watermark's delay is the one of the benchmark's own definition.
CREATE TABLE bid (
  auction  BIGINT,
  bidder   BIGINT,
  price    BIGINT,
  channel  STRING,
  dateTime TIMESTAMP(3),
  WATERMARK FOR dateTime AS dateTime - INTERVAL '4' SECOND
) WITH (
  'connector' = 'memory'
);
