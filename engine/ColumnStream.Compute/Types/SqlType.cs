using System;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Compute.Types;

/// <summary>
/// States a SQL type with its nullability, as Flink SQL defines types; only members its id uses are set.
/// </summary>
/// <param name="Id">Which family.</param>
/// <param name="Nullable">Whether NULL may occur.</param>
public sealed record SqlType(SqlTypeId Id, bool Nullable = true)
{
    /// <summary>Length of STRING and BYTES.</summary>
    public const int MaxLength = int.MaxValue;

    /// <summary>Largest decimal precision.</summary>
    public const int MaxDecimalPrecision = 38;

    /// <summary>Gets BOOLEAN.</summary>
    public static SqlType Boolean { get; } = new(SqlTypeId.Boolean);

    /// <summary>Gets TINYINT.</summary>
    public static SqlType TinyInt { get; } = new(SqlTypeId.TinyInt);

    /// <summary>Gets SMALLINT.</summary>
    public static SqlType SmallInt { get; } = new(SqlTypeId.SmallInt);

    /// <summary>Gets INT.</summary>
    public static SqlType Integer { get; } = new(SqlTypeId.Integer);

    /// <summary>Gets BIGINT.</summary>
    public static SqlType BigInt { get; } = new(SqlTypeId.BigInt);

    /// <summary>Gets FLOAT.</summary>
    public static SqlType Float { get; } = new(SqlTypeId.Float);

    /// <summary>Gets DOUBLE.</summary>
    public static SqlType Double { get; } = new(SqlTypeId.Double);

    /// <summary>Gets STRING.</summary>
    public static SqlType String { get; } = new(SqlTypeId.VarChar) { Length = MaxLength };

    /// <summary>Gets BYTES.</summary>
    public static SqlType Bytes { get; } = new(SqlTypeId.VarBinary) { Length = MaxLength };

    /// <summary>Gets DATE.</summary>
    public static SqlType Date { get; } = new(SqlTypeId.Date);

    /// <summary>Gets the type of a bare NULL.</summary>
    public static SqlType Null { get; } = new(SqlTypeId.Null);

    /// <summary>Gets the length of a character or binary type.</summary>
    public int Length { get; init; }

    /// <summary>Gets the digits of a decimal, or the fraction digits of a temporal type.</summary>
    public int Precision { get; init; }

    /// <summary>Gets the fraction digits of a decimal.</summary>
    public int Scale { get; init; }

    /// <summary>Gets whether the column is a time attribute.</summary>
    public TimeAttribute TimeAttribute { get; init; }

    /// <summary>Gets the element type of an ARRAY or a MULTISET.</summary>
    public SqlType? Element { get; init; }

    /// <summary>Gets the key type of a MAP.</summary>
    public SqlType? Key { get; init; }

    /// <summary>Gets the value type of a MAP.</summary>
    public SqlType? Value { get; init; }

    /// <summary>Gets the fields of a ROW.</summary>
    public ValueList<SqlField> Fields { get; init; }

    /// <summary>Gets whether the type is CHAR or VARCHAR.</summary>
    public bool IsText => Id is SqlTypeId.Char or SqlTypeId.VarChar;

    /// <summary>Gets whether the type is an integer type.</summary>
    public bool IsInteger => Id is >= SqlTypeId.TinyInt and <= SqlTypeId.BigInt;

    /// <summary>Gets whether the type is numeric.</summary>
    public bool IsNumeric => Id is >= SqlTypeId.TinyInt and <= SqlTypeId.Decimal;

    /// <summary>Gets whether the type is FLOAT or DOUBLE.</summary>
    public bool IsApproximate => Id is SqlTypeId.Float or SqlTypeId.Double;

    /// <summary>Gets whether the type is TIMESTAMP or TIMESTAMP_LTZ.</summary>
    public bool IsTimestamp => Id is SqlTypeId.Timestamp or SqlTypeId.TimestampLtz;

    /// <summary>Gets whether the type is ARRAY, MAP, MULTISET or ROW.</summary>
    public bool IsNested => Id is >= SqlTypeId.Array and <= SqlTypeId.Multiset;

    /// <summary>Makes DECIMAL(precision, scale).</summary>
    public static SqlType Decimal(int precision, int scale) =>
        new(SqlTypeId.Decimal) { Precision = precision, Scale = scale };

    /// <summary>Makes CHAR(length).</summary>
    public static SqlType Char(int length) => new(SqlTypeId.Char) { Length = length };

    /// <summary>Makes VARCHAR(length).</summary>
    public static SqlType VarChar(int length) => new(SqlTypeId.VarChar) { Length = length };

    /// <summary>Makes TIMESTAMP(precision).</summary>
    public static SqlType Timestamp(int precision) => new(SqlTypeId.Timestamp) { Precision = precision };

    /// <summary>Makes TIMESTAMP_LTZ(precision).</summary>
    public static SqlType TimestampLtz(int precision) => new(SqlTypeId.TimestampLtz) { Precision = precision };

    /// <summary>Makes TIME(precision).</summary>
    public static SqlType Time(int precision) => new(SqlTypeId.Time) { Precision = precision };

    /// <summary>Makes ARRAY of <paramref name="element"/>.</summary>
    public static SqlType Array(SqlType element) => new(SqlTypeId.Array) { Element = element };

    /// <summary>Makes MAP of <paramref name="key"/> to <paramref name="value"/>.</summary>
    public static SqlType Map(SqlType key, SqlType value) => new(SqlTypeId.Map) { Key = key, Value = value };

    /// <summary>Makes MULTISET of <paramref name="element"/>.</summary>
    public static SqlType Multiset(SqlType element) => new(SqlTypeId.Multiset) { Element = element };

    /// <summary>Makes ROW of <paramref name="fields"/>.</summary>
    public static SqlType Row(ValueList<SqlField> fields) => new(SqlTypeId.Row) { Fields = fields };

    /// <summary>Returns this type with the given nullability.</summary>
    public SqlType WithNullable(bool nullable) => Nullable == nullable ? this : this with { Nullable = nullable };

    /// <summary>Returns this type as an ordinary value: no time attribute.</summary>
    public SqlType Materialized() =>
        TimeAttribute == TimeAttribute.None ? this : this with { TimeAttribute = TimeAttribute.None };

    /// <summary>Returns the engine's inner column layout: text as views, decimals up to 18 digits as int64.</summary>
    public DataType ToArrow() => Id switch
    {
        SqlTypeId.Null => DataType.Null,
        SqlTypeId.Boolean => DataType.Bool,
        SqlTypeId.TinyInt => DataType.Int8,
        SqlTypeId.SmallInt => DataType.Int16,
        SqlTypeId.Integer or SqlTypeId.IntervalYearMonth => DataType.Int32,
        SqlTypeId.BigInt or SqlTypeId.IntervalDayTime => DataType.Int64,
        SqlTypeId.Float => DataType.Float32,
        SqlTypeId.Double => DataType.Float64,
        SqlTypeId.Decimal => Precision <= 18 ? DataType.Decimal64(Precision, Scale)
            : DataType.Decimal128(Precision, Scale),
        SqlTypeId.Char or SqlTypeId.VarChar => DataType.Utf8View,
        SqlTypeId.Binary or SqlTypeId.VarBinary => DataType.BinaryView,
        SqlTypeId.Date => DataType.Date32,
        SqlTypeId.Time => DataType.Time32(TimeUnit.Millisecond),
        SqlTypeId.Timestamp => DataType.Timestamp(UnitOf(Precision)),
        SqlTypeId.TimestampLtz => DataType.Timestamp(UnitOf(Precision), "UTC"),
        SqlTypeId.Array => DataType.List(new Field("item", Element!.ToArrow(), Element.Nullable)),
        SqlTypeId.Row => RowToArrow(),
        SqlTypeId.Map => DataType.Map(
            new Field("key", Key!.ToArrow(), Nullable: false), new Field("value", Value!.ToArrow(), Value.Nullable)),
        SqlTypeId.Multiset => DataType.Map(
            new Field("key", Element!.ToArrow(), Nullable: false), new Field("value", DataType.Int32, Nullable: false)),
        _ => throw new InvalidOperationException($"Type has no column layout: {this}."),
    };

    /// <summary>Prints the type as SQL would write it: <c>DECIMAL(10, 2) NOT NULL</c>.</summary>
    public override string ToString() => Nullable || Id == SqlTypeId.Null ? Name() : Name() + " NOT NULL";

    private static TimeUnit UnitOf(int precision) =>
        precision <= 3 ? TimeUnit.Millisecond : precision <= 6 ? TimeUnit.Microsecond : TimeUnit.Nanosecond;

    private DataType RowToArrow()
    {
        var fields = new Field[Fields.Count];
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = new Field(Fields[i].Name, Fields[i].Type.ToArrow(), Fields[i].Type.Nullable);
        }

        return DataType.Struct(fields);
    }

    private static string Quoted(string name) => $"`{name.Replace("`", "``", StringComparison.Ordinal)}`";

    private string Name() => Id switch
    {
        SqlTypeId.Integer => "INT",
        SqlTypeId.Decimal => $"DECIMAL({Precision}, {Scale})",
        SqlTypeId.Char => $"CHAR({Length})",
        SqlTypeId.VarChar => Length == MaxLength ? "STRING" : $"VARCHAR({Length})",
        SqlTypeId.Binary => $"BINARY({Length})",
        SqlTypeId.VarBinary => Length == MaxLength ? "BYTES" : $"VARBINARY({Length})",
        SqlTypeId.Time => $"TIME({Precision})",
        SqlTypeId.Timestamp => $"TIMESTAMP({Precision}){Attribute}",
        SqlTypeId.TimestampLtz => $"TIMESTAMP_LTZ({Precision}){Attribute}",
        SqlTypeId.IntervalYearMonth => "INTERVAL YEAR TO MONTH",
        SqlTypeId.IntervalDayTime => "INTERVAL DAY TO SECOND(3)",
        SqlTypeId.Array => $"ARRAY<{Element}>",
        SqlTypeId.Map => $"MAP<{Key}, {Value}>",
        SqlTypeId.Multiset => $"MULTISET<{Element}>",
        SqlTypeId.Row => $"ROW<{string.Join(", ", System.Linq.Enumerable.Select(Fields, f => $"{Quoted(f.Name)} {f.Type}"))}>",
        _ => Id.ToString().ToUpperInvariant(),
    };

    private string Attribute => TimeAttribute switch
    {
        TimeAttribute.Rowtime => " *ROWTIME*",
        TimeAttribute.Proctime => " *PROCTIME*",
        _ => string.Empty,
    };
}
