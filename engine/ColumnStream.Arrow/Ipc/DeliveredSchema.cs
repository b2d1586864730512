using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Ipc;

/// <summary>
/// Maps the types of a file to those that a reader delivers, and the engine's to those that a writer stores.
/// </summary>
internal static class DeliveredSchema
{
    public static Schema ForReading(Schema stored, IpcReaderOptions options) =>
        options.TextAsViews || options.NarrowDecimals
            ? stored with { Fields = MapFields(stored.Fields, (options.TextAsViews, options.NarrowDecimals), ReadType) }
            : stored;

    public static Schema ForWriting(Schema schema, IpcWriterOptions options) =>
        DictionaryNumbers.Assign(
            schema with { Fields = MapFields(schema.Fields, (options.TextAsViews, options.KeepDecimal64), WriteType) });

    private delegate DataType Mapping(DataType type, (bool Views, bool Narrow) options);

    private static ValueList<Field> MapFields(
        ValueList<Field> fields, (bool Views, bool Narrow) options, Mapping mapping)
    {
        var mapped = new Field[fields.Count];
        for (int i = 0; i < mapped.Length; i++)
        {
            DataType type = mapping(fields[i].Type, options);
            if (type.Children.Count != 0)
            {
                type = type with { Children = MapFields(type.Children, options, mapping) };
            }

            mapped[i] = fields[i] with { Type = type };
        }

        return ValueList.Create<Field>(mapped);
    }

    private static DataType ReadType(DataType type, (bool Views, bool Narrow) options) => type.Id switch
    {
        TypeId.Utf8 or TypeId.LargeUtf8 when options.Views => DataType.Utf8View,
        TypeId.Binary or TypeId.LargeBinary when options.Views => DataType.BinaryView,
        TypeId.Decimal128 when options.Narrow && type.Precision <= 18 =>
            DataType.Decimal64(type.Precision, type.Scale),
        _ => type,
    };

    private static DataType WriteType(DataType type, (bool Views, bool Narrow) options) => type.Id switch
    {
        TypeId.Utf8View when !options.Views => DataType.Utf8,
        TypeId.BinaryView when !options.Views => DataType.Binary,
        TypeId.Decimal64 when !options.Narrow => DataType.Decimal128(type.Precision, type.Scale),
        _ => type,
    };
}
