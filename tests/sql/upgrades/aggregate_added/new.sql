-- consent: partial
-- feed t: a 7
-- feed t: b 2
-- expect s: a 3 7
-- expect s: b 2 2
CREATE TABLE t (k STRING, a INT) WITH ('connector' = 'script');
CREATE TABLE s (k STRING, n BIGINT, m BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'script', 'sink.changelog-mode' = 'upsert');
INSERT INTO s SELECT k, COUNT(*), SUM(a) FROM t GROUP BY k;
