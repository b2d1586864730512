-- The job of the golden savepoint: one stream through most kinds of state. ${follow} makes the source follow its folder.
SET 'execution.checkpointing.interval' = '100ms';
CREATE TABLE ev (id BIGINT, k INT, s STRING, v BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '3' SECOND)
  WITH ('connector' = 'filesystem', 'path' = 'in', 'format' = 'json'${follow});
CREATE TABLE o_agg (k INT, s STRING, c BIGINT, t BIGINT, lo BIGINT, hi BIGINT, d BIGINT) WITH ('connector' = 'filesystem', 'path' = 'out/agg', 'format' = 'debezium-json');
CREATE TABLE o_win (k INT, w TIMESTAMP(3), c BIGINT, t BIGINT) WITH ('connector' = 'filesystem', 'path' = 'out/win', 'format' = 'json');
CREATE TABLE o_ses (k INT, b TIMESTAMP(3), e TIMESTAMP(3), t BIGINT) WITH ('connector' = 'filesystem', 'path' = 'out/ses', 'format' = 'json');
CREATE TABLE o_join (k INT, l BIGINT, r BIGINT) WITH ('connector' = 'filesystem', 'path' = 'out/join', 'format' = 'json');
CREATE TABLE o_left (k INT, l BIGINT, r BIGINT) WITH ('connector' = 'filesystem', 'path' = 'out/left', 'format' = 'debezium-json');
CREATE TABLE o_int (k INT, l BIGINT, r BIGINT) WITH ('connector' = 'filesystem', 'path' = 'out/int', 'format' = 'json');
CREATE TABLE o_top (k INT, id BIGINT, v BIGINT, n BIGINT) WITH ('connector' = 'filesystem', 'path' = 'out/top', 'format' = 'debezium-json');
CREATE TABLE o_over (id BIGINT, k INT, t BIGINT, m BIGINT) WITH ('connector' = 'filesystem', 'path' = 'out/over', 'format' = 'json');
INSERT INTO o_agg SELECT k, s, COUNT(*), SUM(v), MIN(v), MAX(v), COUNT(DISTINCT v) FROM ev GROUP BY k, s;
INSERT INTO o_win SELECT k, window_end, COUNT(*), SUM(v) FROM TABLE(HOP(TABLE ev, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '20' SECOND)) GROUP BY k, window_start, window_end;
INSERT INTO o_ses SELECT k, window_start, window_end, SUM(v) FROM TABLE(SESSION(TABLE ev PARTITION BY k, DESCRIPTOR(ts), INTERVAL '6' SECOND)) GROUP BY k, window_start, window_end;
INSERT INTO o_join SELECT a.k, a.id, b.id FROM (SELECT * FROM ev WHERE MOD(id, 5) = 0) a JOIN (SELECT * FROM ev WHERE MOD(id, 7) = 0) b ON a.k = b.k;
INSERT INTO o_left SELECT a.k, a.id, b.id FROM (SELECT * FROM ev WHERE MOD(id, 5) = 0) a LEFT JOIN (SELECT * FROM ev WHERE MOD(id, 31) = 0) b ON a.k = b.k;
INSERT INTO o_int SELECT a.k, a.id, b.id FROM ev a JOIN ev b ON a.k = b.k AND a.ts BETWEEN b.ts - INTERVAL '4' SECOND AND b.ts;
INSERT INTO o_top SELECT k, id, v, n FROM (SELECT k, id, v, ROW_NUMBER() OVER (PARTITION BY k ORDER BY v DESC, id) AS n FROM ev) WHERE n <= 3;
INSERT INTO o_over SELECT id, k, SUM(v) OVER (PARTITION BY k ORDER BY ts ROWS BETWEEN 4 PRECEDING AND CURRENT ROW), MAX(v) OVER (PARTITION BY k ORDER BY ts ROWS BETWEEN 4 PRECEDING AND CURRENT ROW) FROM ev;
