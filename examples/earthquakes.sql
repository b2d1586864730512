-- Earthquakes per day and magnitude: one week of the USGS feed, in the order of publication, up to 6.7 days out of
-- order. A watermark of a day is too strict on purpose: late rows are counted, never silently lost. With 'on-event'
-- every row is judged by the rows before it alone, so the answer does not depend on how the file is cut into batches.
CREATE TABLE earthquakes (
  id         STRING,
  mag        DOUBLE,
  place      STRING,
  event_time TIMESTAMP(3),
  depth_km   DOUBLE,
  WATERMARK FOR event_time AS event_time - INTERVAL '1' DAY
) WITH (
  'connector' = 'filesystem',
  'path'      = 'examples/data/earthquakes.jsonl',
  'format'    = 'json',
  'scan.watermark.emit.strategy' = 'on-event'
);

SELECT window_start AS `day`, FLOOR(mag) AS magnitude, COUNT(*) AS quakes, MAX(mag) AS strongest, MAX(depth_km) AS deepest_km
FROM TABLE(TUMBLE(TABLE earthquakes, DESCRIPTOR(event_time), INTERVAL '1' DAY))
WHERE mag IS NOT NULL
GROUP BY window_start, window_end, FLOOR(mag)
ORDER BY `day`, magnitude;
