using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Types;
using ColumnStream.Flight;
using ColumnStream.Flight.Sql.Backend;
using ColumnStream.Flight.Sql.Metadata;
using ColumnStream.Flight.Sql.Protos;
using ColumnStream.Flight.Sql.Service;
using ColumnStream.Testing.FlightSql;
using Google.Protobuf;
using Xunit;

namespace ColumnStream.Tests.FlightSql;

/// <summary>
/// Goal: every metadata command answers with the specification's columns, byte for byte the same wherever a client asks for them.
/// Method: the columns as apache/arrow's format/FlightSql.proto lists them, written down here by hand, against GetSchema, the schema
/// of GetFlightInfo and that of the stream.
/// </summary>
public sealed class MetadataSchemaTests
{
    private const string ForeignKeys =
        "pk_catalog_name: utf8, pk_db_schema_name: utf8, pk_table_name: utf8 not null, pk_column_name: utf8 not null, "
        + "fk_catalog_name: utf8, fk_db_schema_name: utf8, fk_table_name: utf8 not null, fk_column_name: utf8 not null, "
        + "key_sequence: int32 not null, fk_key_name: utf8, pk_key_name: utf8, update_rule: uint8 not null, "
        + "delete_rule: uint8 not null";

    /// <summary>The members of the union have no nulls, as the C++ and Go libraries have it, which compare.</summary>
    private const string SqlInfo =
        "info_name: uint32 not null, value: dense_union<string_value: utf8 not null, bool_value: bool not null, "
        + "bigint_value: int64 not null, int32_bitmask: int32 not null, string_list: list<item: utf8> not null, "
        + "int32_to_int32_list_map: map<key: int32 not null, value: list<item: int32>> not null> not null";

    private const string TypeInfo =
        "type_name: utf8 not null, data_type: int32 not null, column_size: int32, literal_prefix: utf8, literal_suffix: utf8, "
        + "create_params: list<item: utf8 not null>, nullable: int32 not null, case_sensitive: bool not null, "
        + "searchable: int32 not null, unsigned_attribute: bool, fixed_prec_scale: bool not null, auto_increment: bool, "
        + "local_type_name: utf8, minimum_scale: int32, maximum_scale: int32, sql_data_type: int32 not null, "
        + "datetime_subcode: int32, num_prec_radix: int32, interval_precision: int32";

    private static readonly Dictionary<string, (IMessage Command, string Columns)> s_commands = new()
    {
        ["CommandGetCatalogs"] = (new CommandGetCatalogs(), "catalog_name: utf8 not null"),
        ["CommandGetDbSchemas"] = (new CommandGetDbSchemas(), "catalog_name: utf8, db_schema_name: utf8 not null"),
        ["CommandGetTables"] = (
            new CommandGetTables(),
            "catalog_name: utf8, db_schema_name: utf8, table_name: utf8 not null, table_type: utf8 not null"),
        ["CommandGetTables, include_schema"] = (
            new CommandGetTables { IncludeSchema = true },
            "catalog_name: utf8, db_schema_name: utf8, table_name: utf8 not null, table_type: utf8 not null, "
            + "table_schema: binary not null"),
        ["CommandGetTableTypes"] = (new CommandGetTableTypes(), "table_type: utf8 not null"),
        ["CommandGetPrimaryKeys"] = (
            new CommandGetPrimaryKeys { Table = "t" },
            "catalog_name: utf8, db_schema_name: utf8, table_name: utf8 not null, column_name: utf8 not null, key_name: utf8, "
            + "key_sequence: int32 not null"),
        ["CommandGetExportedKeys"] = (new CommandGetExportedKeys { Table = "t" }, ForeignKeys),
        ["CommandGetImportedKeys"] = (new CommandGetImportedKeys { Table = "t" }, ForeignKeys),
        ["CommandGetCrossReference"] = (new CommandGetCrossReference { PkTable = "t", FkTable = "t" }, ForeignKeys),
        ["CommandGetSqlInfo"] = (new CommandGetSqlInfo(), SqlInfo),
        ["CommandGetXdbcTypeInfo"] = (new CommandGetXdbcTypeInfo(), TypeInfo),
    };

    [Fact]
    public async Task Every_metadata_command_has_the_columns_of_the_specification_wherever_they_are_asked_for()
    {
        await using LoopbackFlightSql server = await LoopbackFlightSql.StartAsync();
        FlightClient client = server.Flight.Client;
        foreach ((string name, (IMessage command, string expected)) in s_commands)
        {
            FlightDescriptor descriptor = FlightDescriptor.FromCommand(FlightSqlCommand.Wrap(command));
            FlightInfo info = await client.GetFlightInfoAsync(descriptor);
            Schema promised = info.DecodeSchema()!;
            Assert.Equal((name, expected), (name, string.Join(", ", promised.Fields.Select(Print))));
            byte[] bytes = IpcMessageEncoder.Encapsulate(promised);
            Assert.Equal(bytes, IpcMessageEncoder.Encapsulate(await client.GetSchemaAsync(descriptor)));
            await using FlightBatchReader reader = await server.Client.ReadAsync(Assert.Single(info.Endpoints));
            Assert.Equal(bytes, IpcMessageEncoder.Encapsulate((await reader.ReadSchemaAsync())!));
            Assert.Empty(promised.Metadata);
            Assert.All(promised.Fields, static field => Assert.Empty(field.Metadata));
        }
    }

    [Fact]
    public void Every_message_of_the_specification_that_gives_rows_is_in_the_list()
    {
        string[] asked =
        [
            .. FlightSqlReflection.Descriptor.MessageTypes.Select(static message => message.Name)
                .Where(static name => name.StartsWith("CommandGet", StringComparison.Ordinal)),
        ];
        Assert.Equal(asked.Order(StringComparer.Ordinal), s_commands.Keys.Where(static name => !name.Contains(',', StringComparison.Ordinal))
            .Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Columns_of_a_table_carry_the_keys_of_the_specification()
    {
        var column = new SqlColumn(new Field("c", DataType.Decimal128(10, 2)), "DECIMAL(10, 2)")
        {
            Precision = 10, Scale = 2, IsReadOnly = true, Remarks = "why",
        };
        Field field = ColumnMetadata.SchemaOf(new SqlTable("cat", "db", "t", "TABLE") { Columns = [column] }).Fields[0];
        Assert.Equal(
            [
                "CATALOG_NAME=cat", "SCHEMA_NAME=db", "DB_SCHEMA_NAME=db", "TABLE_NAME=t", "TYPE_NAME=DECIMAL(10, 2)", "PRECISION=10",
                "SCALE=2", "IS_AUTO_INCREMENT=0", "IS_CASE_SENSITIVE=0", "IS_READ_ONLY=1", "IS_SEARCHABLE=1", "REMARKS=why",
            ],
            field.Metadata.Select(static entry => $"{entry.Key["ARROW:FLIGHT:SQL:".Length..]}={entry.Value}"));
    }

    [Theory]
    [InlineData(3, "DECIMAL")]
    [InlineData(12, "VARCHAR")]
    [InlineData(93, "TIMESTAMP")]
    [InlineData(-5, "BIGINT")]
    [InlineData(1111, "")]
    public async Task Type_info_is_filtered_by_its_number(int number, string expected)
    {
        await using LoopbackFlightSql server = await LoopbackFlightSql.StartAsync();
        FlightInfo info = await server.Client.TypeInfoAsync(number);
        await using FlightBatchReader reader = await server.Client.ReadAsync(info.Endpoints[0]);
        List<string> names = [];
        while (await reader.ReadAsync() is { } message)
        {
            var column = (BinaryArray)message.Batch!.Columns[0];
            names.AddRange(Enumerable.Range(0, message.Batch.Length).Select(
                row => System.Text.Encoding.UTF8.GetString(column.GetBytes(row))));
            message.Batch.Release();
        }

        Assert.Equal(expected.Length == 0 ? [] : [expected], names);
    }

    private static string Print(Field field) =>
        $"{field.Name}: {Print(field.Type)}{(field.Nullable ? string.Empty : " not null")}";

    private static string Print(DataType type) => type.Id switch
    {
        TypeId.List => $"list<{Print(type.Children[0])}>",
        TypeId.Map => $"map<{Print(type.KeyField)}, {Print(type.ValueField)}>",
        TypeId.DenseUnion => $"dense_union<{string.Join(", ", type.Children.Select(Print))}>",
        _ => type.Id.ToString().ToLowerInvariant(),
    };
}
