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

    /// <inheritdoc/>
    public override void Validate(FormatContext context)
    {
        CsvOptions.Read(context);
        foreach (SqlField column in context.Columns)
        {
            SqlType inner = column.Type.Element ?? column.Type;
            bool tooDeep = (column.Type.Id == SqlTypeId.Array && inner.IsNested)
                || column.Type.Id is SqlTypeId.Map or SqlTypeId.Multiset;
            foreach (SqlField field in inner.Fields)
            {
                tooDeep |= field.Type.IsNested;
            }

            if (tooDeep)
            {
                throw new UserException(
                    FormatErrors.BadType,
                    $"Column has a type that csv cannot hold: '{column.Name}' {column.Type}; arrays and rows of scalars only.");
            }
        }
    }

    /// <inheritdoc/>
    public override BlockDecoder CreateBlockDecoder(FormatContext context)
    {
        Validate(context);
        return new CsvDecoder(context, CsvOptions.Read(context));
    }

    /// <inheritdoc/>
    public override RowEncoder CreateEncoder(FormatContext context)
    {
        Validate(context);
        return new CsvEncoder(context, CsvOptions.Read(context));
    }
}
