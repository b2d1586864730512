-- consent: drop, partial
-- refused
-- feed t: a 7
-- feed t: b 2
CREATE TABLE t (k STRING, a INT) WITH ('connector' = 'script');
CREATE TABLE r (n BIGINT, m BIGINT, PRIMARY KEY (n) NOT ENFORCED) WITH ('connector' = 'script', 'sink.changelog-mode' = 'upsert');
CREATE TABLE s (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'script', 'sink.changelog-mode' = 'upsert');
INSERT INTO s SELECT k, COUNT(*) FROM t GROUP BY k;
INSERT INTO r SELECT n, COUNT(*) FROM (SELECT k, COUNT(*) AS n FROM t GROUP BY k) AS g GROUP BY n;
