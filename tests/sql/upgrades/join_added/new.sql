-- feed t: a 7
-- feed t: b 2
-- feed u: a 10
-- expect s: a 3
-- expect s: b 2
-- expect r: a 7 10
CREATE TABLE t (k STRING, a INT) WITH ('connector' = 'script');
CREATE TABLE u (k STRING, b INT) WITH ('connector' = 'script');
CREATE TABLE s (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'script', 'sink.changelog-mode' = 'upsert');
CREATE TABLE r (k STRING, a INT, b INT) WITH ('connector' = 'script');
INSERT INTO s SELECT k, COUNT(*) FROM t GROUP BY k;
INSERT INTO r SELECT t.k, t.a, u.b FROM t JOIN u ON t.k = u.k;
