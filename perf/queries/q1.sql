-- Currency: the price of every bid in euros, exact decimals.
CREATE TABLE q1 (
  auction BIGINT, bidder BIGINT, price DECIMAL(23, 3), channel STRING, dateTime TIMESTAMP(3)
) WITH ('connector' = 'blackhole');

INSERT INTO q1
SELECT auction, bidder, 0.908 * price AS price, channel, dateTime FROM bid;
