-- An inner join becomes an outer one, which has to know who met nobody.
-- feed t: a 1
-- feed t: b 5
-- feed u: b 20
CREATE TABLE t (k STRING, a INT) WITH ('connector' = 'script');
CREATE TABLE u (k STRING, b INT) WITH ('connector' = 'script');
CREATE TABLE s (k STRING, a INT, b INT) WITH ('connector' = 'script');
INSERT INTO s SELECT t.k, t.a, u.b FROM t INNER JOIN u ON t.k = u.k;
