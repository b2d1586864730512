-- More places of a ranking: rows behind the former last place were forgotten.
-- feed t: a 1
-- feed t: a 3
-- feed t: a 2
CREATE TABLE t (k STRING, a INT) WITH ('connector' = 'script');
CREATE TABLE s (k STRING, a INT) WITH ('connector' = 'script');
INSERT INTO s SELECT k, a FROM (SELECT k, a, ROW_NUMBER() OVER (PARTITION BY k ORDER BY a DESC) AS rn FROM t) AS r WHERE rn <= 2;
