using ColumnStream.Arrow.Types;

namespace ColumnStream.Flight.Sql.Metadata;

/// <summary>
/// Holds the columns of every metadata command: names, order, types and nullability are the specification's, for clients compare
/// them (apache/arrow, format/FlightSql.proto).
/// </summary>
public static class MetadataSchemas
{
    /// <summary>Gets the columns of <c>CommandGetCatalogs</c>.</summary>
    public static Schema Catalogs { get; } = new(Text("catalog_name", nullable: false));

    /// <summary>Gets the columns of <c>CommandGetDbSchemas</c>.</summary>
    public static Schema DbSchemas { get; } = new(Text("catalog_name"), Text("db_schema_name", nullable: false));

    /// <summary>Gets the columns of <c>CommandGetTables</c> without columns of tables.</summary>
    public static Schema Tables { get; } = new(
        Text("catalog_name"), Text("db_schema_name"), Text("table_name", nullable: false), Text("table_type", nullable: false));

    /// <summary>
    /// Gets the columns of <c>CommandGetTables</c> with the columns of each table as an encapsulated schema message.
    /// </summary>
    public static Schema TablesWithSchema { get; } = new(
        ValueList.From([.. Tables.Fields, new Field("table_schema", DataType.Binary, Nullable: false)]));

    /// <summary>Gets the columns of <c>CommandGetTableTypes</c>.</summary>
    public static Schema TableTypes { get; } = new(Text("table_type", nullable: false));

    /// <summary>Gets the columns of <c>CommandGetPrimaryKeys</c>.</summary>
    public static Schema PrimaryKeys { get; } = new(
        Text("catalog_name"), Text("db_schema_name"), Text("table_name", nullable: false), Text("column_name", nullable: false),
        Text("key_name"), new Field("key_sequence", DataType.Int32, Nullable: false));

    /// <summary>Gets the columns of exported and imported keys and of cross references.</summary>
    public static Schema ForeignKeys { get; } = new(
        Text("pk_catalog_name"), Text("pk_db_schema_name"),
        Text("pk_table_name", nullable: false), Text("pk_column_name", nullable: false),
        Text("fk_catalog_name"), Text("fk_db_schema_name"),
        Text("fk_table_name", nullable: false), Text("fk_column_name", nullable: false),
        new Field("key_sequence", DataType.Int32, Nullable: false), Text("fk_key_name"), Text("pk_key_name"),
        new Field("update_rule", DataType.UInt8, Nullable: false), new Field("delete_rule", DataType.UInt8, Nullable: false));

    /// <summary>Gets the columns of <c>CommandGetSqlInfo</c>.</summary>
    public static Schema SqlInfo { get; } = new(
        new Field("info_name", DataType.UInt32, Nullable: false), new Field("value", InfoValue(), Nullable: false));

    /// <summary>Gets the columns of <c>CommandGetXdbcTypeInfo</c>.</summary>
    public static Schema XdbcTypeInfo { get; } = new(
        Text("type_name", nullable: false),
        Whole("data_type", nullable: false),
        Whole("column_size"),
        Text("literal_prefix"),
        Text("literal_suffix"),
        new Field("create_params", DataType.List(Text("item", nullable: false))),
        Whole("nullable", nullable: false),
        new Field("case_sensitive", DataType.Bool, Nullable: false),
        Whole("searchable", nullable: false),
        new Field("unsigned_attribute", DataType.Bool),
        new Field("fixed_prec_scale", DataType.Bool, Nullable: false),
        new Field("auto_increment", DataType.Bool),
        Text("local_type_name"),
        Whole("minimum_scale"),
        Whole("maximum_scale"),
        Whole("sql_data_type", nullable: false),
        Whole("datetime_subcode"),
        Whole("num_prec_radix"),
        Whole("interval_precision"));

    private static Field Text(string name, bool nullable = true) => new(name, DataType.Utf8, nullable);

    private static Field Whole(string name, bool nullable = true) => new(name, DataType.Int32, nullable);

    private static DataType InfoValue() => DataType.DenseUnion(
    [
        new Field("string_value", DataType.Utf8, Nullable: false),
        new Field("bool_value", DataType.Bool, Nullable: false),
        new Field("bigint_value", DataType.Int64, Nullable: false),
        new Field("int32_bitmask", DataType.Int32, Nullable: false),
        new Field("string_list", DataType.List(new Field("item", DataType.Utf8)), Nullable: false),
        new Field(
            "int32_to_int32_list_map",
            DataType.Map(
                new Field("key", DataType.Int32, Nullable: false),
                new Field("value", DataType.List(new Field("item", DataType.Int32)))),
            Nullable: false),
    ]);
}
