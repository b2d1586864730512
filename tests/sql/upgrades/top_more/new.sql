-- key s 2
-- consent: drop
-- feed t: a 9
-- expect s: a 3
-- expect s: a 2
-- expect s: a 9
CREATE TABLE t (k STRING, a INT) WITH ('connector' = 'script');
CREATE TABLE s (k STRING, a INT) WITH ('connector' = 'script');
INSERT INTO s SELECT k, a FROM (SELECT k, a, ROW_NUMBER() OVER (PARTITION BY k ORDER BY a DESC) AS rn FROM t) AS r WHERE rn <= 3;
