-- key s 2
-- consent: drop
-- feed t: b 6
-- feed t: c 7
-- expect s: b 5 20
-- expect s: b 6 NULL
-- expect s: c 7 NULL
CREATE TABLE t (k STRING, a INT) WITH ('connector' = 'script');
CREATE TABLE u (k STRING, b INT) WITH ('connector' = 'script');
CREATE TABLE s (k STRING, a INT, b INT) WITH ('connector' = 'script');
INSERT INTO s SELECT t.k, t.a, u.b FROM t LEFT JOIN u ON t.k = u.k;
