using System.Collections.Generic;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Options;

namespace ColumnStream.Connectors.Formats.Csv;

/// <summary>Reads and writes delimited text, one record a line.</summary>
internal sealed class CsvFormat : Format
{
    /// <inheritdoc/>
    public override string Name => "csv";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionDefinition> Options => CsvOptions.Definitions;

    /// <inheritdoc/>
    public override string FileExtension => ".csv";

    /// <summary>Tells whether a field can hold the type's values: scalars, and arrays and rows of them.</summary>
    public static bool Holds(SqlType type)
    {
        if (type.Id is SqlTypeId.Map or SqlTypeId.Multiset || type.Element is { IsNested: true })
        {
            return false;
        }

        foreach (SqlField field in type.Fields)
        {
            if (field.Type.IsNested)
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override void Validate(FormatContext context) => Check(context, CsvOptions.Read(context).NestedAsJson);

    /// <inheritdoc/>
    public override BlockDecoder CreateBlockDecoder(FormatContext context)
    {
        Check(context, takesAll: false);
        return new CsvDecoder(context, CsvOptions.Read(context));
    }

    /// <inheritdoc/>
    public override RowEncoder CreateEncoder(FormatContext context)
    {
        Validate(context);
        return new CsvEncoder(context, CsvOptions.Read(context));
    }

    private static void Check(FormatContext context, bool takesAll)
    {
        foreach (SqlField column in context.Columns)
        {
            if (!takesAll && !Holds(column.Type))
            {
                throw new UserException(
                    FormatErrors.BadType,
                    $"Column has a type that csv cannot hold: '{column.Name}' {column.Type}; arrays and rows of scalars only.");
            }
        }
    }
}
