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
    [InlineData("EXPLAIN CHANGELOG_MODE, PLAN_ADVICE INSERT INTO a SELECT 1", "EXPLAIN CHANGELOG_MODE, PLAN_ADVICE INSERT INTO a SELECT 1")]
    [InlineData("EXPLAIN STATEMENT SET BEGIN INSERT INTO a SELECT 1; END", "EXPLAIN EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; END")]
    [InlineData("SHOW TABLES IN db NOT LIKE 'a%'", "SHOW TABLES FROM db NOT LIKE 'a%'")]
    [InlineData("SHOW CREATE VIEW v", "SHOW CREATE VIEW v")]
    [InlineData("DESC EXTENDED t", "DESCRIBE EXTENDED t")]
    [InlineData("USE CATALOG c", "USE CATALOG c")]
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
