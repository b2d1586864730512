-- consent: drop
-- feed t: a 7
-- feed t: b 2
-- expect s: a 1
-- expect s: b 1
CREATE TABLE t (k STRING, a INT) WITH ('connector' = 'script');
CREATE TABLE s (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'script', 'sink.changelog-mode' = 'upsert');
INSERT INTO s SELECT k, COUNT(*) FROM t WHERE a > 1 GROUP BY k;
