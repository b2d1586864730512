-- consent: partial
-- feed t: a 1.2500
-- expect s: a 1.2500
CREATE TABLE t (k STRING, a DECIMAL(12, 4)) WITH ('connector' = 'script');
CREATE TABLE s (k STRING, n DECIMAL(38, 4), PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'script', 'sink.changelog-mode' = 'upsert');
INSERT INTO s SELECT k, SUM(a) FROM t GROUP BY k;
