-- feed t: a 7
-- feed t: b 2
-- expect s: a 11
-- expect s: b 7
-- like never interrupted
CREATE TABLE t (k STRING, a INT) WITH ('connector' = 'script');
CREATE TABLE s (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'script', 'sink.changelog-mode' = 'upsert');
CREATE VIEW w AS SELECT a AS price, k AS name FROM t;
INSERT INTO s WITH y AS (SELECT name AS n, price AS p FROM w WHERE price > 0) SELECT z.n, SUM(z.p) AS total FROM y AS z GROUP BY z.n;
