-- A view, a common table expression and aliases under other names.
-- feed t: a 1
-- feed t: b 5
-- feed t: a 3
CREATE TABLE t (k STRING, a INT) WITH ('connector' = 'script');
CREATE TABLE s (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'script', 'sink.changelog-mode' = 'upsert');
CREATE VIEW v AS SELECT k AS key, a AS amount FROM t;
INSERT INTO s WITH x AS (SELECT key, amount FROM v WHERE amount > 0) SELECT key, SUM(amount) AS n FROM x GROUP BY key;
