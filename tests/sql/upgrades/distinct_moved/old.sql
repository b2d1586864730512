-- Aggregates over one set of values, each with a bit of its own, change places and one goes.
-- feed t: a 1
-- feed t: a 1
-- feed t: a 4
CREATE TABLE t (k STRING, a INT) WITH ('connector' = 'script');
CREATE TABLE s (k STRING, n BIGINT, m BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'script', 'sink.changelog-mode' = 'upsert');
INSERT INTO s SELECT k, COUNT(DISTINCT a), SUM(DISTINCT a) FROM t GROUP BY k;
