-- key s 2
-- feed u: a 10
-- feed t: b 6
-- expect s: a 10
-- expect s: b 5 20
-- expect s: b 20
CREATE TABLE t (k STRING, a INT) WITH ('connector' = 'script');
CREATE TABLE u (k STRING, b INT) WITH ('connector' = 'script');
CREATE TABLE s (k STRING, b INT) WITH ('connector' = 'script');
INSERT INTO s SELECT t.k, u.b FROM t INNER JOIN u ON t.k = u.k;
