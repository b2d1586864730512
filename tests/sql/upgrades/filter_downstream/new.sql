-- feed t: a 7
-- feed t: b 2
-- feed t: b 2
-- feed t: c 9
-- expect s: a 3
-- expect s: b 3
-- like never interrupted
CREATE TABLE t (k STRING, a INT) WITH ('connector' = 'script');
CREATE TABLE s (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'script', 'sink.changelog-mode' = 'upsert');
INSERT INTO s SELECT k, COUNT(*) FROM t GROUP BY k HAVING COUNT(*) > 2;
