using ColumnStream.Sql;
using Xunit;

namespace ColumnStream.Tests.Sql;

/// <summary>Goal: every kind of statement is read. Method: its canonical text, which names every part, is compared.</summary>
public sealed class StatementTests
{
    [Theory]
    [InlineData("create table t", "CREATE TABLE t")]
    [InlineData("CREATE TEMPORARY TABLE IF NOT EXISTS c.d.t (id BIGINT NOT NULL) WITH ('connector'='x')",
        "CREATE TEMPORARY TABLE IF NOT EXISTS c.d.t (id BIGINT NOT NULL) WITH ('connector' = 'x')")]
    [InlineData("CREATE TABLE t (id INTEGER PRIMARY KEY NOT ENFORCED COMMENT 'x', n NUMERIC(10,2), s VARCHAR(5) NULL)",
        "CREATE TABLE t (id INT COMMENT 'x', n DECIMAL(10, 2), s VARCHAR(5), PRIMARY KEY (id) NOT ENFORCED)")]
    [InlineData("CREATE TABLE t (r ROW<a INT, b ARRAY<MAP<STRING, ROW(c DOUBLE PRECISION)>>>, x INT ARRAY, e ROW<>)",
        "CREATE TABLE t (r ROW<a INT, b ARRAY<MAP<STRING, ROW<c DOUBLE>>>>, x ARRAY<INT>, e ROW<>)")]
    [InlineData("CREATE TABLE t (a TIMESTAMP(3) WITH LOCAL TIME ZONE, b TIMESTAMP WITHOUT TIME ZONE, c TIME(0), d BYTES)",
        "CREATE TABLE t (a TIMESTAMP_LTZ(3), b TIMESTAMP, c TIME(0), d BYTES)")]
    [InlineData("CREATE TABLE t (p INT, q AS p * 2 COMMENT 'c', m BIGINT METADATA FROM 'offset' VIRTUAL, k STRING METADATA)",
        "CREATE TABLE t (p INT, q AS p * 2 COMMENT 'c', m BIGINT METADATA FROM 'offset' VIRTUAL, k STRING METADATA)")]
    [InlineData("CREATE TABLE t (ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND, CONSTRAINT k PRIMARY KEY (ts) NOT ENFORCED)",
        "CREATE TABLE t (ts TIMESTAMP(3), CONSTRAINT k PRIMARY KEY (ts) NOT ENFORCED, WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)")]
    [InlineData("CREATE TABLE t (a INT) COMMENT 'c' DISTRIBUTED BY HASH(a) INTO 4 BUCKETS PARTITIONED BY (a) WITH ('k'='v')",
        "CREATE TABLE t (a INT) COMMENT 'c' DISTRIBUTED BY HASH(a) INTO 4 BUCKETS PARTITIONED BY (a) WITH ('k' = 'v')")]
    [InlineData("CREATE TABLE t WITH ('k'='v') LIKE u (INCLUDING ALL EXCLUDING OPTIONS)",
        "CREATE TABLE t WITH ('k' = 'v') LIKE u (INCLUDING ALL, EXCLUDING OPTIONS)")]
    [InlineData("CREATE TABLE t WITH ('k'='v') AS SELECT 1", "CREATE TABLE t WITH ('k' = 'v') AS SELECT 1")]
    [InlineData("CREATE VIEW v (a) COMMENT 'c' AS SELECT 1", "CREATE VIEW v (a) COMMENT 'c' AS SELECT 1")]
    [InlineData("DROP TEMPORARY VIEW IF EXISTS v", "DROP TEMPORARY VIEW IF EXISTS v")]
    [InlineData("INSERT INTO t (a, b) VALUES (1, 'x'), (2, NULL)", "INSERT INTO t (a, b) VALUES (1, 'x'), (2, NULL)")]
    [InlineData("INSERT OVERWRITE t PARTITION (p='1') SELECT * FROM u", "INSERT OVERWRITE t PARTITION (p = '1') SELECT * FROM u")]
    [InlineData("INSERT INTO t (SELECT 1)", "INSERT INTO t SELECT 1")]
    [InlineData("BEGIN STATEMENT SET; INSERT INTO a SELECT 1; INSERT INTO b SELECT 2; END",
        "EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO b SELECT 2; END")]
    [InlineData("SET 'a.b' = 'it''s'", "SET 'a.b' = 'it''s'")]
    [InlineData("SET execution.checkpointing.interval = 10s -- every ten", "SET 'execution.checkpointing.interval' = '10s'")]
    [InlineData("SET", "SET")]
    [InlineData("RESET a.b-c", "RESET 'a.b-c'")]
    [InlineData("EXPLAIN PLAN FOR SELECT 1", "EXPLAIN SELECT 1")]
    [InlineData("explain upgrade 'it''s old.sql' to 'new.sql'", "EXPLAIN UPGRADE 'it''s old.sql' TO 'new.sql'")]
    [InlineData("EXPLAIN CHANGELOG_MODE, PLAN_ADVICE INSERT INTO a SELECT 1", "EXPLAIN CHANGELOG_MODE, PLAN_ADVICE INSERT INTO a SELECT 1")]
    [InlineData("EXPLAIN STATEMENT SET BEGIN INSERT INTO a SELECT 1; END", "EXPLAIN EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; END")]
    [InlineData("SHOW TABLES IN db NOT LIKE 'a%'", "SHOW TABLES FROM db NOT LIKE 'a%'")]
    [InlineData("SHOW CREATE VIEW v", "SHOW CREATE VIEW v")]
    [InlineData("DESC EXTENDED t", "DESCRIBE EXTENDED t")]
    [InlineData("USE CATALOG c", "USE CATALOG c")]
    [InlineData("CREATE TABLE t (a INT UNIQUE NOT ENFORCED, UNIQUE (a) NOT ENFORCED)",
        "CREATE TABLE t (a INT, UNIQUE (a) NOT ENFORCED, UNIQUE (a) NOT ENFORCED)")]
    [InlineData("CREATE TABLE t (a RAW('c.D', 'AA=='), b STRUCTURED<'c.E', x INT, y STRING 'doc'>, c BITMAP, d "
        + "VARIANT NOT NULL)",
        "CREATE TABLE t (a RAW('c.D', 'AA=='), b STRUCTURED<'c.E', x INT, y STRING COMMENT 'doc'>, c BITMAP, d "
        + "VARIANT NOT NULL)")]
    [InlineData("CREATE OR REPLACE TABLE t (b, a) AS SELECT 1 AS a, 2 AS b",
        "CREATE OR REPLACE TABLE t (b, a) AS SELECT 1 AS a, 2 AS b")]
    [InlineData("REPLACE TABLE t WITH () AS SELECT 1", "REPLACE TABLE t AS SELECT 1")]
    [InlineData("CREATE TABLE t (a INT) DISTRIBUTED INTO 3 BUCKETS LIKE u (OVERWRITING WATERMARKS INCLUDING DISTRIBUTION)",
        "CREATE TABLE t (a INT) DISTRIBUTED INTO 3 BUCKETS LIKE u (OVERWRITING WATERMARKS, INCLUDING DISTRIBUTION)")]
    [InlineData("CREATE CATALOG IF NOT EXISTS c COMMENT 'x' WITH ('type'='generic_in_memory')",
        "CREATE CATALOG IF NOT EXISTS c COMMENT 'x' WITH ('type' = 'generic_in_memory')")]
    [InlineData("CREATE DATABASE c.d COMMENT 'x' WITH ('k'='v')", "CREATE DATABASE c.d COMMENT 'x' WITH ('k' = 'v')")]
    [InlineData("CREATE TEMPORARY SYSTEM FUNCTION IF NOT EXISTS f AS 'a.B' LANGUAGE JAVA USING JAR '/a.jar', JAR '/b.jar'",
        "CREATE TEMPORARY SYSTEM FUNCTION IF NOT EXISTS f AS 'a.B' LANGUAGE JAVA USING JAR '/a.jar', JAR '/b.jar'")]
    [InlineData("CREATE MODEL m INPUT (x STRING) OUTPUT (y FLOAT) COMMENT 'c' WITH ('provider'='p')",
        "CREATE MODEL m INPUT (x STRING) OUTPUT (y FLOAT) COMMENT 'c' WITH ('provider' = 'p')")]
    [InlineData("CREATE OR ALTER MATERIALIZED TABLE m (PRIMARY KEY (a) NOT ENFORCED) PARTITIONED BY (a) WITH "
        + "('k'='v') FRESHNESS = INTERVAL '10' SECONDS REFRESH_MODE = FULL START_MODE = FROM_NOW(INTERVAL '1' DAY) "
        + "AS SELECT a FROM t",
        "CREATE OR ALTER MATERIALIZED TABLE m (PRIMARY KEY (a) NOT ENFORCED) PARTITIONED BY (a) WITH ('k' = 'v') "
        + "FRESHNESS = INTERVAL '10' SECOND REFRESH_MODE = FULL START_MODE = FROM_NOW(INTERVAL '1' DAY) AS SELECT a FROM t")]
    [InlineData("CREATE TEMPORARY CONNECTION c COMMENT 'x' WITH ('type'='t')",
        "CREATE TEMPORARY CONNECTION c COMMENT 'x' WITH ('type' = 't')")]
    [InlineData("CREATE OR REPLACE TEMPORARY VIEW v AS SELECT 1", "CREATE OR REPLACE TEMPORARY VIEW v AS SELECT 1")]
    [InlineData("ALTER TABLE IF EXISTS t RENAME TO d.u", "ALTER TABLE IF EXISTS t RENAME TO d.u")]
    [InlineData("ALTER TABLE t RENAME a.b TO c", "ALTER TABLE t RENAME a.b TO c")]
    [InlineData("ALTER TABLE t ADD c INT COMMENT 'x' AFTER b", "ALTER TABLE t ADD (c INT COMMENT 'x' AFTER b)")]
    [InlineData("ALTER TABLE t ADD (a INT FIRST, m STRING METADATA FROM 'k' VIRTUAL, c AS a + 1 AFTER a, WATERMARK "
        + "FOR ts AS ts, CONSTRAINT p PRIMARY KEY (a) NOT ENFORCED)",
        "ALTER TABLE t ADD (a INT FIRST, m STRING METADATA FROM 'k' VIRTUAL, c AS a + 1 AFTER a, CONSTRAINT p "
        + "PRIMARY KEY (a) NOT ENFORCED, WATERMARK FOR ts AS ts)")]
    [InlineData("ALTER TABLE t MODIFY WATERMARK FOR ts AS ts", "ALTER TABLE t MODIFY (WATERMARK FOR ts AS ts)")]
    [InlineData("ALTER TABLE t ADD DISTRIBUTION BY HASH(a) INTO 4 BUCKETS",
        "ALTER TABLE t ADD DISTRIBUTION BY HASH(a) INTO 4 BUCKETS")]
    [InlineData("ALTER TABLE t DROP a", "ALTER TABLE t DROP (a)")]
    [InlineData("ALTER TABLE t DROP (a, b.c)", "ALTER TABLE t DROP (a, b.c)")]
    [InlineData("ALTER TABLE t DROP CONSTRAINT k", "ALTER TABLE t DROP CONSTRAINT k")]
    [InlineData("ALTER TABLE t DROP PRIMARY KEY", "ALTER TABLE t DROP PRIMARY KEY")]
    [InlineData("ALTER TABLE t DROP WATERMARK", "ALTER TABLE t DROP WATERMARK")]
    [InlineData("ALTER TABLE t DROP DISTRIBUTION", "ALTER TABLE t DROP DISTRIBUTION")]
    [InlineData("ALTER TABLE t ADD IF NOT EXISTS PARTITION (p=1) WITH ('k'='v') PARTITION (p=2)",
        "ALTER TABLE t ADD IF NOT EXISTS PARTITION (p = 1) WITH ('k' = 'v') PARTITION (p = 2)")]
    [InlineData("ALTER TABLE t DROP IF EXISTS PARTITION (p=1, q='x'), PARTITION (p=2)",
        "ALTER TABLE t DROP IF EXISTS PARTITION (p = 1, q = 'x'), PARTITION (p = 2)")]
    [InlineData("ALTER TABLE t SET ('a'='b')", "ALTER TABLE t SET ('a' = 'b')")]
    [InlineData("ALTER TABLE t RESET ('a', 'b')", "ALTER TABLE t RESET ('a', 'b')")]
    [InlineData("ALTER VIEW v AS SELECT 1", "ALTER VIEW v AS SELECT 1")]
    [InlineData("ALTER CATALOG c COMMENT 'x'", "ALTER CATALOG c COMMENT 'x'")]
    [InlineData("ALTER DATABASE c.d SET ('k'='v')", "ALTER DATABASE c.d SET ('k' = 'v')")]
    [InlineData("ALTER TEMPORARY SYSTEM FUNCTION IF EXISTS f AS 'a.B' LANGUAGE PYTHON",
        "ALTER TEMPORARY SYSTEM FUNCTION IF EXISTS f AS 'a.B' LANGUAGE PYTHON")]
    [InlineData("ALTER MODEL IF EXISTS m RENAME TO n", "ALTER MODEL IF EXISTS m RENAME TO n")]
    [InlineData("ALTER MATERIALIZED TABLE m SUSPEND", "ALTER MATERIALIZED TABLE m SUSPEND")]
    [InlineData("ALTER MATERIALIZED TABLE m RESUME WITH ('k'='v')", "ALTER MATERIALIZED TABLE m RESUME WITH ('k' = 'v')")]
    [InlineData("ALTER MATERIALIZED TABLE m REFRESH PARTITION (ds='2026')",
        "ALTER MATERIALIZED TABLE m REFRESH PARTITION (ds = '2026')")]
    [InlineData("ALTER MATERIALIZED TABLE m SET FRESHNESS = INTERVAL '1' HOUR",
        "ALTER MATERIALIZED TABLE m SET FRESHNESS = INTERVAL '1' HOUR")]
    [InlineData("ALTER MATERIALIZED TABLE m SET REFRESH_MODE = CONTINUOUS",
        "ALTER MATERIALIZED TABLE m SET REFRESH_MODE = CONTINUOUS")]
    [InlineData("ALTER MATERIALIZED TABLE m AS SELECT 1", "ALTER MATERIALIZED TABLE m AS SELECT 1")]
    [InlineData("ALTER CONNECTION c SET ('k'='v')", "ALTER CONNECTION c SET ('k' = 'v')")]
    [InlineData("DROP DATABASE IF EXISTS d CASCADE", "DROP DATABASE IF EXISTS d CASCADE")]
    [InlineData("DROP TEMPORARY SYSTEM FUNCTION IF EXISTS f", "DROP TEMPORARY SYSTEM FUNCTION IF EXISTS f")]
    [InlineData("DROP MATERIALIZED TABLE IF EXISTS m", "DROP MATERIALIZED TABLE IF EXISTS m")]
    [InlineData("EXECUTE INSERT INTO t SELECT 1", "INSERT INTO t SELECT 1")]
    [InlineData("EXECUTE PLAN '/p.json'", "EXECUTE PLAN '/p.json'")]
    [InlineData("COMPILE PLAN '/p' IF NOT EXISTS FOR STATEMENT SET BEGIN INSERT INTO a SELECT 1; END",
        "COMPILE PLAN '/p' IF NOT EXISTS FOR STATEMENT SET BEGIN INSERT INTO a SELECT 1; END")]
    [InlineData("COMPILE AND EXECUTE PLAN '/p' FOR INSERT INTO a SELECT 1",
        "COMPILE AND EXECUTE PLAN '/p' FOR INSERT INTO a SELECT 1")]
    [InlineData("EXPLAIN ESTIMATED_COST, CHANGELOG_MODE, JSON_EXECUTION_PLAN, PLAN_ADVICE EXECUTE STATEMENT SET "
        + "BEGIN INSERT INTO a SELECT 1; END",
        "EXPLAIN ESTIMATED_COST, CHANGELOG_MODE, JSON_EXECUTION_PLAN, PLAN_ADVICE EXECUTE STATEMENT SET BEGIN "
        + "INSERT INTO a SELECT 1; END")]
    [InlineData("DESC CATALOG EXTENDED c", "DESCRIBE CATALOG EXTENDED c")]
    [InlineData("DESCRIBE DATABASE d", "DESCRIBE DATABASE d")]
    [InlineData("DESCRIBE FUNCTION EXTENDED f", "DESCRIBE FUNCTION EXTENDED f")]
    [InlineData("DESC MODEL m", "DESCRIBE MODEL m")]
    [InlineData("DESCRIBE JOB '1'", "DESCRIBE JOB '1'")]
    [InlineData("DESCRIBE catalog", "DESCRIBE catalog")]
    [InlineData("SHOW MATERIALIZED TABLES IN d NOT LIKE 'a%'", "SHOW MATERIALIZED TABLES FROM d NOT LIKE 'a%'")]
    [InlineData("SHOW USER FUNCTIONS ILIKE 'a%'", "SHOW USER FUNCTIONS ILIKE 'a%'")]
    [InlineData("SHOW PARTITIONS d.t PARTITION (a='x')", "SHOW PARTITIONS d.t PARTITION (a = 'x')")]
    [InlineData("SHOW CREATE MATERIALIZED TABLE m", "SHOW CREATE MATERIALIZED TABLE m")]
    [InlineData("SHOW CREATE CATALOG c", "SHOW CREATE CATALOG c")]
    [InlineData("SHOW PROCEDURES FROM sys NOT ILIKE 'a'", "SHOW PROCEDURES FROM sys NOT ILIKE 'a'")]
    [InlineData("SHOW FULL MODULES", "SHOW FULL MODULES")]
    [InlineData("SHOW CURRENT CATALOG", "SHOW CURRENT CATALOG")]
    [InlineData("USE MODULES a, b", "USE MODULES a, b")]
    [InlineData("LOAD MODULE hive WITH ('v'='1')", "LOAD MODULE hive WITH ('v' = '1')")]
    [InlineData("UNLOAD MODULE hive", "UNLOAD MODULE hive")]
    [InlineData("ADD JAR '/x.jar'", "ADD JAR '/x.jar'")]
    [InlineData("REMOVE JAR '/x.jar'", "REMOVE JAR '/x.jar'")]
    [InlineData("ANALYZE TABLE t PARTITION (a, b='x') COMPUTE STATISTICS FOR COLUMNS c, d",
        "ANALYZE TABLE t PARTITION (a, b = 'x') COMPUTE STATISTICS FOR COLUMNS c, d")]
    [InlineData("ANALYZE TABLE t COMPUTE STATISTICS FOR ALL COLUMNS", "ANALYZE TABLE t COMPUTE STATISTICS FOR ALL COLUMNS")]
    [InlineData("CALL sys.run(`table` => 'd.t', 4, ROW(1))", "CALL sys.run(`table` => 'd.t', 4, ROW(1))")]
    [InlineData("TRUNCATE TABLE t", "TRUNCATE TABLE t")]
    [InlineData("DELETE FROM t AS x WHERE x.a > 1", "DELETE FROM t AS x WHERE x.a > 1")]
    [InlineData("UPDATE t SET a = a + 1, b = 'x' WHERE c IS NULL", "UPDATE t SET a = a + 1, b = 'x' WHERE c IS NULL")]
    [InlineData("STOP JOB '1' WITH SAVEPOINT WITH DRAIN", "STOP JOB '1' WITH SAVEPOINT WITH DRAIN")]
    public void Statements_are_read(string text, string canonical) => Canonical(text, canonical);

    [Theory]
    [InlineData("SELECT DISTINCT t.*, a AS x, b y FROM t WHERE a > 1 GROUP BY a HAVING COUNT(*) > 1",
        "SELECT DISTINCT t.*, a AS x, b AS y FROM t WHERE a > 1 GROUP BY a HAVING COUNT(*) > 1")]
    [InlineData("SELECT * FROM a, b JOIN c ON a.x = c.x NATURAL LEFT OUTER JOIN d CROSS JOIN e FULL JOIN f USING (x, y)",
        "SELECT * FROM a CROSS JOIN (b JOIN c ON a.x = c.x NATURAL LEFT JOIN d CROSS JOIN e FULL JOIN f USING (x, y))")]
    [InlineData("SELECT * FROM (SELECT 1) AS t(a), LATERAL TABLE(f(t.a)) g(h), UNNEST(t.a) WITH ORDINALITY AS u (v, o)",
        "SELECT * FROM (SELECT 1) AS t(a) CROSS JOIN LATERAL TABLE(f(t.a)) AS g(h) CROSS JOIN UNNEST(t.a) WITH ORDINALITY AS u(v, o)")]
    [InlineData("SELECT * FROM TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' MINUTES) w",
        "SELECT * FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' MINUTE)) AS w")]
    [InlineData("SELECT * FROM TABLE(HOP(DATA => TABLE bids, TIMECOL => DESCRIPTOR(ts), SLIDE => INTERVAL '1' SECOND, SIZE => INTERVAL '2' SECOND))",
        "SELECT * FROM TABLE(HOP(DATA => TABLE bids, TIMECOL => DESCRIPTOR(ts), SLIDE => INTERVAL '1' SECOND, SIZE => INTERVAL '2' SECOND))")]
    [InlineData("SELECT * FROM TABLE(SESSION(TABLE bids PARTITION BY (a, b), DESCRIPTOR(ts), INTERVAL '5' MINUTE))",
        "SELECT * FROM TABLE(SESSION(TABLE bids PARTITION BY (a, b), DESCRIPTOR(ts), INTERVAL '5' MINUTE))")]
    [InlineData("SELECT * FROM t /*+ OPTIONS('k'='v', 'l'='w') */ AS u", "SELECT * FROM t /*+ OPTIONS('k' = 'v', 'l' = 'w') */ AS u")]
    [InlineData("SELECT /*+ STATE_TTL('a'='1d'), BROADCAST(b) */ 1", "SELECT /*+ STATE_TTL('a' = '1d'), BROADCAST(b) */ 1")]
    [InlineData("SELECT * FROM o JOIN r FOR SYSTEM_TIME AS OF o.p AS x ON o.k = x.k", "SELECT * FROM o JOIN r FOR SYSTEM_TIME AS OF o.p AS x ON o.k = x.k")]
    [InlineData("WITH a AS (SELECT 1), b (x) AS (VALUES 1, 2) SELECT * FROM a", "WITH a AS (SELECT 1), b (x) AS (VALUES (1), (2)) SELECT * FROM a")]
    [InlineData("SELECT 1 UNION ALL SELECT 2 INTERSECT SELECT 3 EXCEPT (SELECT 4 ORDER BY 1)",
        "SELECT 1 UNION ALL SELECT 2 INTERSECT SELECT 3 EXCEPT (SELECT 4 ORDER BY 1)")]
    [InlineData("(SELECT 1 UNION SELECT 2) INTERSECT SELECT 3", "(SELECT 1 UNION SELECT 2) INTERSECT SELECT 3")]
    [InlineData("SELECT a FROM t ORDER BY a DESC NULLS LAST, b OFFSET 5 ROWS FETCH NEXT 3 ROWS ONLY", "SELECT a FROM t ORDER BY a DESC NULLS LAST, b LIMIT 3 OFFSET 5")]
    [InlineData("SELECT 1 FROM t GROUP BY GROUPING SETS ((a, b), (a), ()), ROLLUP (a, (b, c)), CUBE (a)",
        "SELECT 1 FROM t GROUP BY GROUPING SETS ((a, b), a, ()), ROLLUP (a, (b, c)), CUBE (a)")]
    [InlineData("((SELECT 1))", "SELECT 1")]
    [InlineData("TABLE t", "TABLE t")]
    [InlineData("SELECT * FROM t MATCH_RECOGNIZE (PARTITION BY a ORDER BY ts MEASURES FIRST(A.x) AS f, FINAL "
        + "LAST(B.x, 1) AS l, CLASSIFIER() AS c ONE ROW PER MATCH AFTER MATCH SKIP TO LAST B PATTERN (^ A B+? (C | "
        + "D){2,3} {- E -} PERMUTE(F, G) H* I? $) WITHIN INTERVAL '1' HOUR SUBSET S = (A, B) DEFINE B AS B.x > "
        + "PREV(B.x), C AS TRUE) AS m",
        "SELECT * FROM t MATCH_RECOGNIZE (PARTITION BY a ORDER BY ts MEASURES FIRST(A.x) AS f, FINAL LAST(B.x, 1) "
        + "AS l, CLASSIFIER() AS c ONE ROW PER MATCH AFTER MATCH SKIP TO LAST `B` PATTERN (^ A B+? (C | D){2,3} {- E "
        + "-} PERMUTE(F, G) H* I? $) WITHIN INTERVAL '1' HOUR SUBSET S = (A, B) DEFINE B AS B.x > PREV(B.x), C AS TRUE) AS m")]
    [InlineData("SELECT * FROM t MATCH_RECOGNIZE (ALL ROWS PER MATCH WITH UNMATCHED ROWS PATTERN (A{,3} | B{2,} "
        + "C{4}) DEFINE A AS TRUE)",
        "SELECT * FROM t MATCH_RECOGNIZE (ALL ROWS PER MATCH WITH UNMATCHED ROWS PATTERN (A{0,3} | B{2,} C{4}) "
        + "DEFINE A AS TRUE)")]
    [InlineData("SELECT * FROM t TABLESAMPLE BERNOULLI (10) REPEATABLE (5), u AS x TABLESAMPLE SYSTEM (1)",
        "SELECT * FROM t TABLESAMPLE BERNOULLI (10) REPEATABLE (5) CROSS JOIN u AS x TABLESAMPLE SYSTEM (1)")]
    [InlineData("SELECT * FROM t PIVOT (SUM(x) AS s, COUNT(*) FOR (a, b) IN ((1, 2) AS c, (3, 4))) p",
        "SELECT * FROM t PIVOT (SUM(x) AS s, COUNT(*) FOR (a, b) IN (ROW(1, 2) AS c, ROW(3, 4))) AS p")]
    [InlineData("SELECT * FROM t UNPIVOT INCLUDE NULLS (v FOR k IN (a AS 'x', b))",
        "SELECT * FROM t UNPIVOT INCLUDE NULLS ((v) FOR (k) IN (ROW(a) AS 'x', ROW(b)))")]
    [InlineData("WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT * FROM r",
        "WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT * FROM r")]
    [InlineData("SELECT SUM(a) OVER (w ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW) FROM t WINDOW "
        + "w AS (PARTITION BY b ORDER BY c)",
        "SELECT SUM(a) OVER (w ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW) FROM t WINDOW w AS "
        + "(PARTITION BY b ORDER BY c)")]
    [InlineData("SELECT * FROM ML_PREDICT(TABLE t, MODEL c.d.m, DESCRIPTOR(x))",
        "SELECT * FROM TABLE(ML_PREDICT(TABLE t, MODEL c.d.m, DESCRIPTOR(x)))")]
    [InlineData("SELECT * FROM f(input => TABLE t PARTITION BY k ORDER BY ts, on_time => DESCRIPTOR(ts), uid => "
        + "'u', x => DEFAULT)",
        "SELECT * FROM TABLE(f(input => TABLE t PARTITION BY (k) ORDER BY (ts), on_time => DESCRIPTOR(ts), uid "
        + "=> 'u', x => DEFAULT))")]
    [InlineData("SELECT a FROM t FETCH FIRST ROW ONLY", "SELECT a FROM t LIMIT 1")]
    [InlineData("SELECT t.r.*, user, day FROM t", "SELECT t.r.*, `user`, `day` FROM t")]
    [InlineData("VALUES (1, DEFAULT), ROW(2, 'x')", "VALUES (1, DEFAULT), (2, 'x')")]
    public void Queries_are_read(string text, string canonical) => Canonical(text, canonical);

    [Fact]
    public void A_script_holds_statements_between_semicolons()
    {
        ParseResult result = SqlParser.Parse("\uFEFF;; SELECT 1; -- one\n// two\n/* three; */ SELECT 2;;");
        Assert.True(result.IsSuccess);
        Assert.Equal(2, result.Statements.Count);
    }

    private static void Canonical(string text, string canonical)
    {
        ParseResult result = SqlParser.Parse(text);
        Assert.Equal("", SqlDiagnosticFormatter.Format(result.Source, result.Diagnostics));
        Assert.Equal(canonical, Assert.Single(result.Statements).ToString());
        Assert.Equal(result.Statements[0], Assert.Single(SqlParser.Parse(canonical).Statements));
    }
}
