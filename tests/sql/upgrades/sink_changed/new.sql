-- feed t: a 7
-- feed t: b 2
-- expect r: a 3
-- expect r: b 2
-- like never interrupted
CREATE TABLE t (k STRING, a INT) WITH ('connector' = 'script');
CREATE TABLE r (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'script', 'sink.changelog-mode' = 'upsert');
INSERT INTO r SELECT k, COUNT(*) FROM t GROUP BY k;
