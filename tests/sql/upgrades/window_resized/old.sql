-- Windows of another size: those that are open are dropped.
-- feed e: a '2024-01-01 00:00:01'
-- feed e: a '2024-01-01 00:00:12'
CREATE TABLE e (k STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'script');
CREATE TABLE s (k STRING, ws TIMESTAMP(3), n BIGINT) WITH ('connector' = 'script');
INSERT INTO s SELECT k, window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE e, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end;
