using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow;
using ColumnStream.Compute.Types;
using ColumnStream.Connectors;
using ColumnStream.Connectors.Formats;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Testing.Formats;
using Xunit;

namespace ColumnStream.Tests.Connectors.Formats;

/// <summary>Goal: change envelopes become the changes they stand for. Method: envelopes by the documentation's rules, in blocks of all sizes.</summary>
public sealed class DebeziumTests : IDisposable
{
    private static readonly SqlField[] Columns = FormatHarness.Columns(
        ("id", SqlType.BigInt), ("name", SqlType.String), ("weight", SqlType.Decimal(10, 2)));

    private const string Create = "{\"before\":null,\"after\":{\"id\":1,\"name\":\"scooter\",\"weight\":3.14},\"op\":\"c\",\"source\":{\"db\":\"x\"},\"ts_ms\":1589355606100}";
    private const string Read = "{\"op\":\"r\",\"before\":null,\"after\":{\"id\":2,\"name\":\"a battery of some length\",\"weight\":8.1}}";
    private const string Update = "{\"before\":{\"id\":1,\"name\":\"scooter\",\"weight\":3.14},\"after\":{\"id\":1,\"name\":\"scooter\",\"weight\":5.15},\"op\":\"u\"}";
    private const string Delete = "{\"before\":{\"id\":2,\"name\":\"a battery of some length\",\"weight\":8.1},\"after\":null,\"op\":\"d\"}";

    private readonly FormatHarness _harness = new();

    public void Dispose() => _harness.Dispose();

    [Fact]
    public void Envelopes_are_inserts_updates_and_deletes()
    {
        string[] expected =
        [
            "+I 1|scooter|3.14", "+I 2|a battery of some length|8.10", "-U 1|scooter|3.14", "+U 1|scooter|5.15",
            "-D 2|a battery of some length|8.10",
        ];
        string text = string.Join('\n', Create, "", "null", Read, " null ", Update, Delete, "");
        Assert.Equal(expected, Decode(Columns, text));
        Assert.Empty(_harness.Errors);
        for (int chunk = 1; chunk < text.Length; chunk += 7)
        {
            FormatContext context = _harness.Context(Columns) with { BlockBytes = 64, MaxRows = 1 + (chunk % 5) };
            List<string> rows = _harness.Decode("debezium-json", context, text, chunk);
            Assert.Equal(expected.Select(r => r[3..]), rows.Select(r => r[0] is '+' or '-' ? r[3..] : r));
        }

        Assert.Equal(["1|scooter|3.14", "2|a battery of some length|8.10"], Decode(Columns, Create + "\n" + Read));
        FormatContext projected = _harness.Context(Columns) with { Projection = [2, 0] };
        Assert.Equal(["-U 3.14|1", "+U 5.15|1"], _harness.Decode("debezium-json", projected, Update));
    }

    [Fact]
    public void With_the_schema_included_the_payload_counts()
    {
        string text = string.Concat(
            new[] { Create, Update, "null" }.Select(e => $"{{\"schema\":{{\"type\":\"struct\",\"fields\":[]}},\"payload\":{e}}}\n"));
        Assert.Equal(
            ["+I 1|scooter|3.14", "-U 1|scooter|3.14", "+U 1|scooter|5.15"],
            Decode(Columns, text, ("debezium-json.schema-include", "true")));
        Assert.Empty(_harness.Errors);
        Assert.Empty(Decode(Columns, "{\"schema\":null,\"payload\":null}\n", ("debezium-json.schema-include", "true")));
        UserException error = Assert.Throws<UserException>(
            () => FormatTable.Get("debezium-json").CreateEncoder(_harness.Context(Columns, ("debezium-json.schema-include", "true"))));
        Assert.Equal(FormatErrors.BadOption, error.Code);
    }

    /// <summary>Both rows of an update have what its envelope says; fields that are absent, or no numbers, are NULL.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Metadata_tell_where_a_change_comes_from(bool includesSchema)
    {
        const string Source = "\"source\":{\"version\":\"1.9\",\"db\":\"shop\",\"schema\":\"a schema of some length\",\"table\":\"goods\",\"ts_ms\":1589355606000,\"row\":0,\"gtid\":null},\"ts_ms\":1589355606100";
        string[] envelopes =
        [
            $"{{\"before\":{{\"id\":1}},\"after\":{{\"id\":2}},\"op\":\"u\",{Source}}}",
            "{\"after\":{\"id\":3},\"op\":\"c\",\"source\":{\"table\":null,\"ts_ms\":\"soon\"}}",
            "{\"ts_ms\":null,\"op\":\"d\",\"before\":{\"id\":4},\"source\":null}",
        ];
        SqlType properties = SqlType.Map(SqlType.String, SqlType.String);
        SqlField[] metadata = FormatHarness.Columns(
            ("s", SqlType.String), ("i", SqlType.TimestampLtz(3)), ("t", SqlType.TimestampLtz(3)), ("d", SqlType.String),
            ("c", SqlType.String), ("n", SqlType.String), ("p", properties));
        FormatContext context = _harness.Context(
            [Columns[0]], includesSchema ? [("debezium-json.schema-include", "true")] : []) with
        {
            Metadata = [.. metadata],
            MetadataKeys =
            [
                "schema", "ingestion-timestamp", "source.timestamp", "source.database", "source.schema", "source.table",
                "source.properties",
            ],
            Projection = [4, 0, 2, 3, 5, 6, 1],
        };
        string text = string.Join('\n', envelopes.Select(
            e => includesSchema ? $"{{\"schema\":{{\"type\":\"struct\"}},\"payload\":{e}}}" : e));
        string schema = includesSchema ? "{\"type\":\"struct\"}" : "NULL";
        string known = $"shop|{{0}}|1589355606100|1589355606000|a schema of some length|goods|{schema}";
        Assert.Equal(
            [
                "-U " + known.Replace("{0}", "1", StringComparison.Ordinal), "+U " + known.Replace("{0}", "2", StringComparison.Ordinal),
                $"+I NULL|3|NULL|NULL|NULL|NULL|{schema}", $"-D NULL|4|NULL|NULL|NULL|NULL|{schema}",
            ],
            _harness.Decode("debezium-json", context, text));
        Assert.Equal(
            ["NULL|3|{table=NULL,ts_ms=soon}"],
            _harness.Decode(
                "debezium-json", context with { Projection = [6, 0, 7] }, text.Split('\n')[1]));
        Assert.Empty(_harness.Errors);
    }

    [Theory]
    [InlineData("{\"before\":null,\"after\":{\"id\":1},\"op\":\"u\"}", "field 'before': an update needs the old image, got none; a PostgreSQL table gives it with REPLICA IDENTITY FULL")]
    [InlineData("{\"after\":null,\"op\":\"d\"}", "field 'before': a delete needs the old image, got none; a PostgreSQL table gives it with REPLICA IDENTITY FULL")]
    [InlineData("{\"before\":null,\"after\":null,\"op\":\"c\"}", "field 'after': a create, read or update needs the new image, got none")]
    [InlineData("{\"before\":null,\"after\":{\"id\":1},\"op\":\"t\"}", "field 'op': operation is none of c, r, u and d")]
    [InlineData("{\"after\":{\"id\":1}}", "field 'op': field is missing or null; expected c, r, u or d")]
    [InlineData("{\"after\":{\"id\":\"x\"},\"op\":\"c\"}", "field 'after.id': expected BIGINT, got \"x\"")]
    public void A_wrong_envelope_is_refused_and_the_rest_is_read(string line, string message)
    {
        Assert.Equal(["1|scooter|3.14", "1|scooter|3.14"], Decode(Columns, Create + "\n" + line + "\n" + Create));
        Assert.EndsWith(message, Assert.Single(_harness.Errors).ToString(), StringComparison.Ordinal);
        _harness.Errors.Clear();
        List<string> rest = Decode(Columns, Create + "\n" + line, ("debezium-json.ignore-parse-errors", "true"));
        Assert.Equal("1|scooter|3.14", rest[0]);
        Assert.Empty(_harness.Errors);
    }

    [Fact]
    public void What_is_written_is_read_as_deletes_and_inserts()
    {
        RecordBatch batch = _harness.Batch("json", _harness.Context(Columns), "{\"id\":1,\"name\":\"a\"}\n{\"id\":2}\n{\"id\":3}\n{\"id\":4}\n");
        RowKind[] kinds = [RowKind.Insert, RowKind.UpdateBefore, RowKind.UpdateAfter, RowKind.Delete];
        string text = _harness.Encode("debezium-json", _harness.Context(Columns), batch, kinds);
        batch.Release();
        Assert.Equal(["+I 1|a|NULL", "-D 2|NULL|NULL", "+I 3|NULL|NULL", "-D 4|NULL|NULL"], Decode(Columns, text));
    }

    private List<string> Decode(SqlField[] columns, string text, params (string, string)[] options) =>
        _harness.Decode("debezium-json", _harness.Context(columns, options), text);
}
