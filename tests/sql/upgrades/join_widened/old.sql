-- A join gives a column that it never kept.
-- feed t: a 1
-- feed t: b 5
-- feed u: b 20
CREATE TABLE t (k STRING, a INT) WITH ('connector' = 'script');
CREATE TABLE u (k STRING, b INT) WITH ('connector' = 'script');
CREATE TABLE s (k STRING, b INT) WITH ('connector' = 'script');
INSERT INTO s SELECT t.k, u.b FROM t INNER JOIN u ON t.k = u.k;
