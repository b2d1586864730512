-- consent: partial
-- feed t: a 7
-- feed t: b 2
-- expect s: a 9
-- expect s: b 4
CREATE TABLE t (k STRING, a INT) WITH ('connector' = 'script');
CREATE TABLE s (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'script', 'sink.changelog-mode' = 'upsert');
INSERT INTO s SELECT k, SUM(v) FROM (SELECT k, a + 2 AS v FROM t) AS x GROUP BY k;
