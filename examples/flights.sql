-- Hourly delays per airport: 20,000 real US flights in departure order (January to March 2001).
-- The windows close as the watermark passes, so results appear while the file is still being read.
CREATE TABLE flights (
  departure   TIMESTAMP(3),
  delay       INT,
  distance    INT,
  origin      STRING,
  destination STRING,
  WATERMARK FOR departure AS departure - INTERVAL '10' MINUTE
) WITH (
  'connector' = 'filesystem',
  'path'      = 'examples/data/flights.jsonl',
  'format'    = 'json'
);

CREATE TABLE hourly_delays (
  window_start TIMESTAMP(3),
  origin       STRING,
  flights      BIGINT,
  late         BIGINT,
  mean_delay   DOUBLE,
  worst_delay  INT
) WITH (
  'connector' = 'filesystem',
  'path'      = 'examples/out/hourly_delays',
  'format'    = 'csv',
  'csv.header' = 'true'
);

INSERT INTO hourly_delays
SELECT window_start, origin, COUNT(*), COUNT(*) FILTER (WHERE delay > 15), AVG(CAST(delay AS DOUBLE)), MAX(delay)
FROM TABLE(TUMBLE(TABLE flights, DESCRIPTOR(departure), INTERVAL '1' HOUR))
GROUP BY window_start, window_end, origin;

-- The ten airports that were late most, once everything is read.
SELECT origin, COUNT(*) AS flights, COUNT(*) FILTER (WHERE delay > 15) AS late, MAX(delay) AS worst
FROM flights
GROUP BY origin
ORDER BY late DESC, origin
LIMIT 10;
