-- feed t: 1 7
-- feed t: -2 2
-- expect s: 1 3
-- expect s: -2 2
-- like never interrupted
CREATE TABLE t (k BIGINT, a INT) WITH ('connector' = 'script');
CREATE TABLE s (k BIGINT, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'script', 'sink.changelog-mode' = 'upsert');
INSERT INTO s SELECT k, COUNT(*) FROM t GROUP BY k;
