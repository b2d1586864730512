-- A condition above a join that a rule moves below it: the join never kept the other rows.
-- feed t: a 1
-- feed t: b 5
CREATE TABLE t (k STRING, a INT) WITH ('connector' = 'script');
CREATE TABLE u (k STRING, b INT) WITH ('connector' = 'script');
CREATE TABLE s (k STRING, a INT, b INT) WITH ('connector' = 'script');
INSERT INTO s SELECT * FROM (SELECT t.k, t.a, u.b FROM t JOIN u ON t.k = u.k) AS j WHERE j.a > 4;
