-- A key grows from INT to BIGINT: the same groups.
-- feed t: 1 1
-- feed t: -2 5
-- feed t: 1 3
CREATE TABLE t (k INT, a INT) WITH ('connector' = 'script');
CREATE TABLE s (k INT, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'script', 'sink.changelog-mode' = 'upsert');
INSERT INTO s SELECT k, COUNT(*) FROM t GROUP BY k;
