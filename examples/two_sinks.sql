-- Exactly once, to try by hand: start it, kill -9 it at any moment, start it again, until it says that it is finished.
--
--   ./columnstream run examples/two_sinks.sql --restore latest
--
-- Both folders then hold what one undisturbed run would have written: no row lost, none twice. A file appears in them
-- only when it is complete and its checkpoint is claimed.
SET 'execution.checkpointing.interval' = '50 ms';
SET 'execution.batch-size' = '64';

CREATE TABLE bid (
  auction  BIGINT,
  bidder   BIGINT,
  price    BIGINT,
  dateTime TIMESTAMP(3),
  WATERMARK FOR dateTime AS dateTime - INTERVAL '1' SECOND
) WITH (
  'connector'                  = 'nexmark',
  'nexmark.table'              = 'bid',
  'nexmark.events'             = '24000',
  'nexmark.events-per-second'  = '1000',
  'nexmark.rows-per-second'    = '12000',
  'scan.watermark.emit.strategy' = 'on-event'
);

CREATE TABLE counts (window_start TIMESTAMP(3), auction BIGINT, bids BIGINT, highest BIGINT) WITH (
  'connector' = 'filesystem',
  'path'      = 'examples/out/counts',
  'format'    = 'csv'
);

CREATE TABLE dear (auction BIGINT, bidder BIGINT, price BIGINT, dateTime TIMESTAMP(3)) WITH (
  'connector' = 'filesystem',
  'path'      = 'examples/out/dear',
  'format'    = 'json'
);

EXECUTE STATEMENT SET BEGIN
  INSERT INTO counts
  SELECT window_start, auction, COUNT(*), MAX(price)
  FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(dateTime), INTERVAL '1' SECOND))
  GROUP BY window_start, window_end, auction;

  INSERT INTO dear SELECT auction, bidder, price, dateTime FROM bid WHERE MOD(auction, 3) = 0;
END;
