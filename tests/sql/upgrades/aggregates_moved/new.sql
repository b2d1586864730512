-- feed t: a 7
-- feed t: b 2
-- expect s: a 7 3
-- expect s: b 5 2
-- like never interrupted
CREATE TABLE t (k STRING, a INT) WITH ('connector' = 'script');
CREATE TABLE s (k STRING, x INT, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'script', 'sink.changelog-mode' = 'upsert');
INSERT INTO s SELECT k, MAX(a), COUNT(*) FROM t GROUP BY k;
