using System;
using System.Text;

namespace ColumnStream.Arrow.Types;

/// <summary>
/// States a column's type with structural equality; only the members its <see cref="Id"/> uses are set.
/// </summary>
/// <param name="Id">Which type.</param>
public sealed record DataType(TypeId Id)
{
    /// <summary>Gets the one-bit type.</summary>
    public static DataType Bool { get; } = new(TypeId.Bool);

    /// <summary>Gets the type of only nulls.</summary>
    public static DataType Null { get; } = new(TypeId.Null);

    /// <summary>Gets the signed 8-bit type.</summary>
    public static DataType Int8 { get; } = new(TypeId.Int8);

    /// <summary>Gets the signed 16-bit type.</summary>
    public static DataType Int16 { get; } = new(TypeId.Int16);

    /// <summary>Gets the signed 32-bit type.</summary>
    public static DataType Int32 { get; } = new(TypeId.Int32);

    /// <summary>Gets the signed 64-bit type.</summary>
    public static DataType Int64 { get; } = new(TypeId.Int64);

    /// <summary>Gets the unsigned 8-bit type.</summary>
    public static DataType UInt8 { get; } = new(TypeId.UInt8);

    /// <summary>Gets the unsigned 16-bit type.</summary>
    public static DataType UInt16 { get; } = new(TypeId.UInt16);

    /// <summary>Gets the unsigned 32-bit type.</summary>
    public static DataType UInt32 { get; } = new(TypeId.UInt32);

    /// <summary>Gets the unsigned 64-bit type.</summary>
    public static DataType UInt64 { get; } = new(TypeId.UInt64);

    /// <summary>Gets the binary32 type.</summary>
    public static DataType Float32 { get; } = new(TypeId.Float32);

    /// <summary>Gets the binary64 type.</summary>
    public static DataType Float64 { get; } = new(TypeId.Float64);

    /// <summary>Gets text with offsets.</summary>
    public static DataType Utf8 { get; } = new(TypeId.Utf8);

    /// <summary>Gets text as views.</summary>
    public static DataType Utf8View { get; } = new(TypeId.Utf8View);

    /// <summary>Gets bytes with offsets.</summary>
    public static DataType Binary { get; } = new(TypeId.Binary);

    /// <summary>Gets bytes as views.</summary>
    public static DataType BinaryView { get; } = new(TypeId.BinaryView);

    /// <summary>Gets the binary16 type.</summary>
    public static DataType Float16 { get; } = new(TypeId.Float16);

    /// <summary>Gets text with 64-bit offsets.</summary>
    public static DataType LargeUtf8 { get; } = new(TypeId.LargeUtf8);

    /// <summary>Gets bytes with 64-bit offsets.</summary>
    public static DataType LargeBinary { get; } = new(TypeId.LargeBinary);

    /// <summary>Gets days since 1970.</summary>
    public static DataType Date32 { get; } = new(TypeId.Date32);

    /// <summary>Gets the number of decimal digits of a decimal type.</summary>
    public int Precision { get; init; }

    /// <summary>Gets the number of fraction digits of a decimal type.</summary>
    public int Scale { get; init; }

    /// <summary>Gets the bytes of a value of a fixed-size binary type, or the items of a fixed-size list.</summary>
    public int FixedSize { get; init; }

    /// <summary>Gets the unit of a temporal type.</summary>
    public TimeUnit Unit { get; init; }

    /// <summary>Gets the time zone of a timestamp, or null for local date-times.</summary>
    public string? Timezone { get; init; }

    /// <summary>Gets whether a map's keys are sorted, or the order of a dictionary's values means something.</summary>
    public bool IsOrdered { get; init; }

    /// <summary>Gets the codes that name a union's children, in the children's order.</summary>
    public ValueList<sbyte> TypeCodes { get; init; }

    /// <summary>Gets the integer type of a dictionary's indexes.</summary>
    public DataType? IndexType { get; init; }

    /// <summary>
    /// Gets the child fields: one for lists, maps (the entries) and dictionaries (the values), two for run-end encoding
    /// (ends and values), any number for structs and unions.
    /// </summary>
    public ValueList<Field> Children { get; init; }

    /// <summary>Gets the field of a map's keys.</summary>
    public Field KeyField => Children[0].Type.Children[0];

    /// <summary>Gets the field of a map's values.</summary>
    public Field ValueField => Children[0].Type.Children[1];

    /// <summary>Gets the bytes of one value for fixed-width layouts (bool excluded), or 0 for all others.</summary>
    public int ByteWidth => Id switch
    {
        TypeId.Int8 or TypeId.UInt8 => 1,
        TypeId.Int16 or TypeId.UInt16 or TypeId.Float16 => 2,
        TypeId.Int32 or TypeId.UInt32 or TypeId.Float32 or TypeId.Date32 or TypeId.Time32 or TypeId.Decimal32
            or TypeId.IntervalYearMonth => 4,
        TypeId.Int64 or TypeId.UInt64 or TypeId.Float64 or TypeId.Decimal64 or TypeId.Date64 or TypeId.Time64
            or TypeId.Timestamp or TypeId.Duration or TypeId.IntervalDayTime => 8,
        TypeId.Decimal128 or TypeId.IntervalMonthDayNano => 16,
        TypeId.Decimal256 => 32,
        TypeId.FixedSizeBinary => FixedSize,
        _ => 0,
    };

    /// <summary>Gets whether a row holds one of several types.</summary>
    public bool IsUnion => Id is TypeId.SparseUnion or TypeId.DenseUnion;

    /// <summary>Gets whether values are 16-byte views.</summary>
    public bool IsView => Id is TypeId.Utf8View or TypeId.BinaryView;

    /// <summary>Makes a decimal of 64 bits (precision at most 18), the engine's inner form.</summary>
    public static DataType Decimal64(int precision, int scale) =>
        new(TypeId.Decimal64) { Precision = precision, Scale = scale };

    /// <summary>Makes a decimal of 128 bits.</summary>
    public static DataType Decimal128(int precision, int scale) =>
        new(TypeId.Decimal128) { Precision = precision, Scale = scale };

    /// <summary>Makes a decimal of 32 bits (precision at most 9).</summary>
    public static DataType Decimal32(int precision, int scale) =>
        new(TypeId.Decimal32) { Precision = precision, Scale = scale };

    /// <summary>Makes a decimal of 256 bits (precision at most 76).</summary>
    public static DataType Decimal256(int precision, int scale) =>
        new(TypeId.Decimal256) { Precision = precision, Scale = scale };

    /// <summary>Makes a timestamp of the given unit; <paramref name="timezone"/> null means local date-time.</summary>
    public static DataType Timestamp(TimeUnit unit, string? timezone = null) =>
        new(TypeId.Timestamp) { Unit = unit, Timezone = timezone };

    /// <summary>Makes a 32-bit time of day in seconds or milliseconds.</summary>
    public static DataType Time32(TimeUnit unit) => new(TypeId.Time32) { Unit = unit };

    /// <summary>Makes a 64-bit time of day in microseconds or nanoseconds.</summary>
    public static DataType Time64(TimeUnit unit) => new(TypeId.Time64) { Unit = unit };

    /// <summary>Makes an elapsed time.</summary>
    public static DataType Duration(TimeUnit unit) => new(TypeId.Duration) { Unit = unit };

    /// <summary>Makes a fixed-size binary type.</summary>
    public static DataType FixedSizeBinary(int bytes) => new(TypeId.FixedSizeBinary) { FixedSize = bytes };

    /// <summary>Makes a list of <paramref name="item"/>.</summary>
    public static DataType List(Field item) => new(TypeId.List) { Children = [item] };

    /// <summary>Makes a list with 64-bit offsets.</summary>
    public static DataType LargeList(Field item) => new(TypeId.LargeList) { Children = [item] };

    /// <summary>Makes a list with an offset and a size a row.</summary>
    public static DataType ListView(Field item) => new(TypeId.ListView) { Children = [item] };

    /// <summary>Makes a list with a 64-bit offset and size a row.</summary>
    public static DataType LargeListView(Field item) => new(TypeId.LargeListView) { Children = [item] };

    /// <summary>Makes a list of <paramref name="size"/> items in every row.</summary>
    public static DataType FixedSizeList(Field item, int size) =>
        new(TypeId.FixedSizeList) { Children = [item], FixedSize = size };

    /// <summary>Makes a union of which every child has all rows; codes 0, 1, … unless given.</summary>
    public static DataType SparseUnion(ReadOnlySpan<Field> fields, ReadOnlySpan<sbyte> codes = default) =>
        Union(TypeId.SparseUnion, fields, codes);

    /// <summary>Makes a union of which a child has its own rows only; codes 0, 1, … unless given.</summary>
    public static DataType DenseUnion(ReadOnlySpan<Field> fields, ReadOnlySpan<sbyte> codes = default) =>
        Union(TypeId.DenseUnion, fields, codes);

    /// <summary>Makes a type of <paramref name="index"/> integers that name <paramref name="values"/>.</summary>
    public static DataType Dictionary(DataType index, DataType values, bool isOrdered = false) => new(TypeId.Dictionary)
    {
        IndexType = index,
        Children = [new Field("values", values)],
        IsOrdered = isOrdered,
    };

    /// <summary>Makes a type of runs whose ends are integers of 16, 32 or 64 bits.</summary>
    public static DataType RunEndEncoded(DataType ends, Field values) => new(TypeId.RunEndEncoded)
    {
        Children = [new Field("run_ends", ends, Nullable: false), values],
    };

    /// <summary>Makes a map; its entries are a struct of <paramref name="key"/> and <paramref name="value"/>.</summary>
    public static DataType Map(Field key, Field value, bool keysSorted = false) => new(TypeId.Map)
    {
        Children = [new Field("entries", Struct(key, value), Nullable: false)],
        IsOrdered = keysSorted,
    };

    /// <summary>Makes a map with the format's own names for its fields; keys are never null.</summary>
    public static DataType Map(DataType key, DataType value, bool valuesNullable = true) =>
        Map(new Field("key", key, Nullable: false), new Field("value", value, valuesNullable));

    /// <summary>Makes a record type.</summary>
    public static DataType Struct(params ReadOnlySpan<Field> fields) =>
        new(TypeId.Struct) { Children = ValueList.Create(fields) };

    /// <summary>Prints the type as a reader would write it: <c>timestamp[ms, UTC]</c>.</summary>
    public override string ToString() => Id switch
    {
        TypeId.Decimal32 or TypeId.Decimal64 or TypeId.Decimal128 or TypeId.Decimal256 =>
            $"{Name(Id)}({Precision}, {Scale})",
        TypeId.FixedSizeBinary => $"fixedsizebinary[{FixedSize}]",
        TypeId.Timestamp => Timezone is null ? $"timestamp[{UnitName}]" : $"timestamp[{UnitName}, {Timezone}]",
        TypeId.Time32 or TypeId.Time64 or TypeId.Duration => $"{Name(Id)}[{UnitName}]",
        TypeId.FixedSizeList => $"fixedsizelist[{FixedSize}]<{Children[0]}>",
        TypeId.Dictionary => $"dictionary<{IndexType}, {Children[0].Type}>",
        _ when Children.Count != 0 || Id == TypeId.Struct => Nested(),
        _ => Name(Id),
    };

    private static DataType Union(TypeId id, ReadOnlySpan<Field> fields, ReadOnlySpan<sbyte> codes)
    {
        var all = new sbyte[fields.Length];
        for (int i = 0; i < all.Length; i++)
        {
            all[i] = codes.IsEmpty ? checked((sbyte)i) : codes[i];
        }

        return new(id) { Children = ValueList.Create(fields), TypeCodes = ValueList.Create<sbyte>(all) };
    }

    private string UnitName => Unit switch
    {
        TimeUnit.Second => "s",
        TimeUnit.Millisecond => "ms",
        TimeUnit.Microsecond => "us",
        _ => "ns",
    };

    private static string Name(TypeId id) => id.ToString().ToLowerInvariant();

    private string Nested()
    {
        var text = new StringBuilder(Name(Id)).Append('<');
        for (int i = 0; i < Children.Count; i++)
        {
            text.Append(i == 0 ? string.Empty : ", ").Append(Children[i]);
        }

        return text.Append('>').ToString();
    }
}
