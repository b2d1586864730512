using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using ColumnStream.Testing.Chaos;
using ColumnStream.Testing.Contracts;
using ColumnStream.Testing.Postgres;
using Xunit;

namespace ColumnStream.Tests.Connectors.Jdbc;

/// <summary>Goal: whole jobs write what SQL says, or say what is wrong. Method: the real program, the real server, read by psql.</summary>
[Collection(PostgresCollection.Name)]
public sealed class PostgresJobTests(PostgresFixture postgres) : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>The expected values are the literals of the query, as PostgreSQL prints them.</summary>
    [PostgresFact]
    public void Every_type_arrives_with_nulls_and_limits()
    {
        string table = postgres.NewTable(
            "id int PRIMARY KEY, b boolean, i1 smallint, i2 smallint, i4 integer, i8 bigint, n1 numeric(20,0), f4 real, f8 double precision, "
            + "d1 numeric(10,2), d2 numeric(38,10), d3 numeric, c character(3), v character varying(5), t text, j jsonb, u uuid, y bytea, "
            + "da date, ti time, ts timestamp(3), tz timestamptz, a int[], s text[]");
        string columns = "id INT, b BOOLEAN, i1 TINYINT, i2 SMALLINT, i4 INT, i8 BIGINT, n1 BIGINT, f4 FLOAT, f8 DOUBLE, "
            + "d1 DECIMAL(10,2), d2 DECIMAL(38,10), d3 DECIMAL(20,5), c CHAR(3), v VARCHAR(5), t STRING, j STRING, u STRING, y BYTES, "
            + "da DATE, ti TIME, ts TIMESTAMP(3), tz TIMESTAMP_LTZ(6), a ARRAY<INT>, s ARRAY<STRING>";
        (int code, string output) = Run(table, columns + ", PRIMARY KEY (id) NOT ENFORCED", """
            SET 'table.local-time-zone' = 'UTC';
            INSERT INTO t VALUES
            (1, TRUE, CAST(-128 AS TINYINT), CAST(32767 AS SMALLINT), -2147483648, 9223372036854775807, -42, CAST(1.5 AS FLOAT), -2.25E0,
             -12345678.90, CAST('1234567890123456789012345678.0123456789' AS DECIMAL(38,10)), CAST('-0.00012' AS DECIMAL(20,5)), CAST('abc' AS CHAR(3)), CAST('äöü€x' AS VARCHAR(5)),
             'line' || CHR(10) || 'tab' || CHR(9) || '''"\', '{"k": [1, null]}', '01234567-89ab-cdef-0123-456789abcdef', X'00ff10',
             DATE '1999-12-31', TIME '23:59:59', TIMESTAMP '1969-07-20 20:17:40.123',
             CAST(TIMESTAMP '2024-02-29 12:34:56.123456' AS TIMESTAMP_LTZ(6)), ARRAY[1, -2, 3], ARRAY['x', '', 'z"y']),
            (2, CAST(NULL AS BOOLEAN), CAST(NULL AS TINYINT), CAST(NULL AS SMALLINT), CAST(NULL AS INT), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT),
             CAST(NULL AS FLOAT), CAST(NULL AS DOUBLE), CAST(NULL AS DECIMAL(10,2)), CAST(NULL AS DECIMAL(38,10)), CAST(NULL AS DECIMAL(20,5)),
             CAST(NULL AS CHAR(3)), CAST(NULL AS VARCHAR(5)), CAST(NULL AS STRING), CAST(NULL AS STRING), CAST(NULL AS STRING), CAST(NULL AS BYTES),
             CAST(NULL AS DATE), CAST(NULL AS TIME), CAST(NULL AS TIMESTAMP(3)), CAST(NULL AS TIMESTAMP_LTZ(6)), CAST(NULL AS ARRAY<INT>),
             ARRAY['a', CAST(NULL AS STRING)]),
            (3, FALSE, CAST(0 AS TINYINT), CAST(0 AS SMALLINT), 0, 0, 0, CAST(0 AS FLOAT), 0E0,
             0.00, CAST('-99999999999999999999.9999999999' AS DECIMAL(38,10)), CAST('10000' AS DECIMAL(20,5)), CAST('' AS CHAR(3)), CAST('' AS VARCHAR(5)), '', '0', '00000000-0000-0000-0000-000000000000', X'',
             DATE '0001-01-01', TIME '00:00:00', TIMESTAMP '9999-12-31 23:59:59.999',
             CAST(TIMESTAMP '2000-01-01 00:00:00' AS TIMESTAMP_LTZ(6)), ARRAY[0], ARRAY['']);
            """);
        Assert.True(code == 0, output);
        string[] expected =
        [
            "1|t|-128|32767|-2147483648|9223372036854775807|-42|1.5|-2.25|-12345678.90|1234567890123456789012345678.0123456789|-0.00012|abc|äöü€x|"
                + "line\\ntab\\t'\"\\\\|{\"k\": [1, null]}|01234567-89ab-cdef-0123-456789abcdef|\\\\x00ff10|1999-12-31|23:59:59|1969-07-20 20:17:40.123|"
                + "2024-02-29 12:34:56.123456+00|{1,-2,3}|{x,\"\",\"z\\\\\"y\"}",
            "2|~|~|~|~|~|~|~|~|~|~|~|~|~|~|~|~|~|~|~|~|~|~|{a,NULL}",
            "3|f|0|0|0|0|0|0|0|0.00|-99999999999999999999.9999999999|10000.00000|   |||0|00000000-0000-0000-0000-000000000000|\\\\x|0001-01-01|00:00:00|"
                + "9999-12-31 23:59:59.999|2000-01-01 00:00:00+00|{0}|{\"\"}",
        ];
        IReadOnlyList<string> rows = postgres.Server.Query(
            $"SET timezone = 'UTC'; COPY (SELECT * FROM {table} ORDER BY id) TO STDOUT WITH (DELIMITER '|', NULL '~')");
        Assert.Equal(expected, rows);
    }

    [PostgresFact]
    public void Changes_of_a_query_become_rows_by_key_at_any_parallelism()
    {
        string table = postgres.NewTable("k bigint PRIMARY KEY, n bigint NOT NULL, best bigint");
        (int code, string output) = Run(table, "k BIGINT, n BIGINT, best BIGINT, PRIMARY KEY (k) NOT ENFORCED", """
            SET 'parallelism.default' = '3';
            SET 'execution.checkpointing.interval' = '20 ms';
            CREATE TABLE bid (auction BIGINT, price BIGINT) WITH ('connector' = 'nexmark', 'nexmark.table' = 'bid', 'nexmark.events' = '60000');
            INSERT INTO t SELECT MOD(auction, 97), COUNT(*), MAX(price) FROM bid GROUP BY MOD(auction, 97);
            """);
        Assert.True(code == 0, output);
        Assert.Equal(["97|55200|t"], postgres.Server.Query($"SELECT count(*), sum(n), min(k) = 0 AND max(k) = 96 FROM {table}"));
    }

    [PostgresFact]
    public void A_table_that_does_not_fit_is_refused_before_the_start_by_column_and_types()
    {
        string table = postgres.NewTable("id integer NOT NULL, name varchar(3), extra text NOT NULL");
        Refused(table, "id BIGINT, name STRING, extra STRING", "id BIGINT into public.", "column id integer. Expected bigint or numeric");
        Refused(table, "id INT, nam STRING, extra STRING", "nam STRING. It has id, name, extra");
        Refused(table, "id INT, name STRING", "column extra text NOT NULL");
        Refused(table, "id INT, name STRING, extra STRING, PRIMARY KEY (id) NOT ENFORCED", "ADD PRIMARY KEY (id)");
        Refused(table, "id INT, name MAP<STRING, INT>, extra STRING", "MAP<STRING, INT>", "MAP, ROW and MULTISET");
        Refused(table, "id INT, name TIMESTAMP(9), extra STRING", "microseconds");
        Refused("nowhere", "id INT", "'nowhere'", "127.0.0.1");
    }

    [PostgresFact]
    public void A_row_that_the_database_cannot_hold_is_named_before_its_checkpoint()
    {
        string table = postgres.NewTable("id integer PRIMARY KEY, name varchar(3) NOT NULL, u uuid");
        const string Columns = "id INT, name STRING, u STRING, PRIMARY KEY (id) NOT ENFORCED";
        Failed(table, Columns, "(7, 'abcd', CAST(NULL AS STRING))", "character varying(3)", "id = 7", "'abcd'");
        Failed(table, Columns, "(8, CAST(NULL AS STRING), CAST(NULL AS STRING))", "name is NULL", "id = 8");
        Failed(table, Columns, "(9, 'a', 'no')", "not a uuid: 'no'", "id = 9");
        Failed(table, Columns, "(9, 'a' || CHR(0), CAST(NULL AS STRING))", "U+0000", "id = 9");
        Assert.Empty(postgres.Server.Query($"SELECT * FROM {table}"));
    }

    [PostgresFact]
    public void A_constraint_names_itself_and_the_rows_come_once_it_is_gone()
    {
        string table = postgres.NewTable("id integer, name text UNIQUE");
        string script = Script(table, "id INT, name STRING", "INSERT INTO t VALUES (1, 'a'), (2, 'a');");
        (int code, string output) = Start(script, "--restore", "latest");
        Assert.Equal(1, code);
        Assert.Contains($"{table}_name_key", output, StringComparison.Ordinal);
        Assert.Contains("(name)=(a)", output, StringComparison.Ordinal);
        Assert.Contains("CST5051", output, StringComparison.Ordinal);
        Assert.Empty(postgres.Server.Query($"SELECT * FROM {table}"));
        postgres.Server.Query($"ALTER TABLE {table} DROP CONSTRAINT {table}_name_key");
        (code, output) = Start(script, "--restore", "latest");
        Assert.True(code == 0, output);
        Assert.Equal(["1|a", "2|a"], postgres.Server.Query($"SELECT * FROM {table} ORDER BY id"));
    }

    [PostgresFact]
    public void No_password_is_ever_shown()
    {
        string table = postgres.NewTable("id integer");
        var shown = new StringBuilder();
        foreach (string more in new[]
        {
            "SHOW CREATE TABLE t;", "EXPLAIN INSERT INTO t VALUES (1);", "INSERT INTO t VALUES (1);",
            "INSERT INTO t SELECT CAST('x' AS INT);",
        })
        {
            shown.Append(Start(Script(table, "id INT", more), "--restore", "latest").Output);
        }

        shown.Append(Start(Script(table, "id BIGINT", "INSERT INTO t VALUES (1);")).Output);
        shown.Append(Start(Script(table, "id INT", "INSERT INTO t VALUES (1);").Replace("'username'", "'usernam'", StringComparison.Ordinal)).Output);
        shown.Append(Start(Script(table, "id INT", "INSERT INTO t VALUES (1);")
            .Replace("/test'", $"/test?user=x&password={PostgresServer.Password}'", StringComparison.Ordinal)).Output);
        foreach (string file in Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith(".sql", StringComparison.Ordinal)))
        {
            shown.Append(File.ReadAllText(file));
        }

        Assert.Contains("'username' and 'password'", shown.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(PostgresServer.Password, shown.ToString(), StringComparison.Ordinal);
    }

    private void Refused(string table, string columns, params string[] expected) =>
        Expect(2, Start(Script(table, columns, $"INSERT INTO t SELECT * FROM t2;", columns)), expected);

    private void Failed(string table, string columns, string row, params string[] expected) =>
        Expect(1, Start(Script(table, columns, $"INSERT INTO t VALUES {row};")), expected);

    private static void Expect(int expectedCode, (int Code, string Output) run, string[] expected)
    {
        Assert.All(expected, text => Assert.Contains(text, run.Output, StringComparison.Ordinal));
        Assert.True(run.Code == expectedCode, run.Output);
    }

    private (int Code, string Output) Run(string table, string columns, string statements) => Start(Script(table, columns, statements));

    private string Script(string table, string columns, string statements, string? source = null)
    {
        string other = source is null
            ? string.Empty
            : $"CREATE TABLE t2 ({source.Replace(", PRIMARY KEY (id) NOT ENFORCED", "", StringComparison.Ordinal)}) "
                + "WITH ('connector' = 'datagen', 'number-of-rows' = '1');\n";
        return $"""
            CREATE TABLE t ({columns}) WITH (
              'connector' = 'jdbc', 'url' = '{postgres.Server.Url}', 'table-name' = '{table}',
              'username' = '{PostgresServer.User}', 'password' = '{PostgresServer.Password}');
            {other}{statements}
            """;
    }

    private (int Code, string Output) Start(string script, params string[] more)
    {
        File.WriteAllText(_folder.At("job.sql"), script);
        return ServerProcess.Run(_folder.Path, ["run", "job.sql", .. more]);
    }
}
