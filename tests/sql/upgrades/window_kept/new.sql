-- key s 2
-- feed e: a '2024-01-01 00:00:13'
-- expect s: a '2024-01-01 00:00:00.000' 1
-- expect s: a '2024-01-01 00:00:10.000' 2
-- like never interrupted
CREATE TABLE e (k STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'script');
CREATE TABLE s (k STRING, ws TIMESTAMP(3), n BIGINT) WITH ('connector' = 'script');
INSERT INTO s SELECT k AS key, window_start, COUNT(*) AS many FROM TABLE(TUMBLE(TABLE e, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end;
