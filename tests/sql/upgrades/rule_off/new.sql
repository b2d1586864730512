-- without rules: merge-projects merge-filters prune-columns remove-projects
-- feed t: a 7
-- feed t: b 2
-- expect s: a 3
-- expect s: b 2
-- like never interrupted
CREATE TABLE t (k STRING, a INT) WITH ('connector' = 'script');
CREATE TABLE s (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'script', 'sink.changelog-mode' = 'upsert');
INSERT INTO s SELECT k, COUNT(*) FROM t WHERE a > 0 GROUP BY k;
