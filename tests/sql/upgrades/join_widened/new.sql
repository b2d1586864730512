-- key s 3
-- consent: drop
-- feed u: a 10
-- feed u: b 21
-- feed t: b 6
-- expect s: b 20
-- expect s: b 6 21
CREATE TABLE t (k STRING, a INT) WITH ('connector' = 'script');
CREATE TABLE u (k STRING, b INT) WITH ('connector' = 'script');
CREATE TABLE s (k STRING, a INT, b INT) WITH ('connector' = 'script');
INSERT INTO s SELECT t.k, t.a, u.b FROM t INNER JOIN u ON t.k = u.k;
