-- A sum of a column whose scale changes is not read as if nothing had happened.
-- feed t: a 1.25
CREATE TABLE t (k STRING, a DECIMAL(10, 2)) WITH ('connector' = 'script');
CREATE TABLE s (k STRING, n DECIMAL(38, 2), PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'script', 'sink.changelog-mode' = 'upsert');
INSERT INTO s SELECT k, SUM(a) FROM t GROUP BY k;
