-- feed t: a 1
-- feed t: a 6
-- expect s: a 11 3
-- like never interrupted
CREATE TABLE t (k STRING, a INT) WITH ('connector' = 'script');
CREATE TABLE s (k STRING, m BIGINT, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'script', 'sink.changelog-mode' = 'upsert');
INSERT INTO s SELECT k, SUM(DISTINCT a), COUNT(DISTINCT a) FROM t GROUP BY k;
