-- feed t: x a 7
-- feed t: y b 2
-- expect s: a 3
-- expect s: b 2
CREATE TABLE t (z STRING, k STRING, a INT) WITH ('connector' = 'script');
CREATE TABLE s (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'script', 'sink.changelog-mode' = 'upsert');
INSERT INTO s SELECT k, COUNT(*) FROM t GROUP BY k;
