-- consent: drop
-- feed u: a 10
-- feed u: b 20
-- feed t: b 6
-- expect s: b 6 20
CREATE TABLE t (k STRING, a INT) WITH ('connector' = 'script');
CREATE TABLE u (k STRING, b INT) WITH ('connector' = 'script');
CREATE TABLE s (k STRING, a INT, b INT) WITH ('connector' = 'script');
INSERT INTO s SELECT * FROM (SELECT t.k, t.a, u.b FROM t JOIN u ON t.k = u.k) AS j WHERE j.a > 0;
