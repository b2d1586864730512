-- Pass through: every bid, five columns.
CREATE TABLE q0 (
  auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, dateTime TIMESTAMP(3)
) WITH ('connector' = 'blackhole');

INSERT INTO q0
SELECT auction, bidder, price, channel, dateTime FROM bid;
