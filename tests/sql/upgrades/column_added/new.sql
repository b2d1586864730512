-- feed t: a 7
-- feed t: b 2
-- expect s: a 3 A
-- expect s: b 2 B
-- like never interrupted
CREATE TABLE t (k STRING, a INT) WITH ('connector' = 'script');
CREATE TABLE s (k STRING, n BIGINT, u STRING, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'script', 'sink.changelog-mode' = 'upsert');
INSERT INTO s SELECT k, COUNT(*), UPPER(k) FROM t GROUP BY k;
