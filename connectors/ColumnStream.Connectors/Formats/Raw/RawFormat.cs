using System.Collections.Generic;
using ColumnStream.Connectors.Formats.Columns;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Options;

namespace ColumnStream.Connectors.Formats.Raw;

/// <summary>Reads and writes the bytes of one value a record: text, bytes, or a number of fixed width.</summary>
internal sealed class RawFormat : Format
{
    /// <inheritdoc/>
    public override string Name => "raw";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionDefinition> Options => RawOptions.Definitions;

    /// <inheritdoc/>
    public override string FileExtension => ".raw";

    /// <inheritdoc/>
    public override void Validate(FormatContext context)
    {
        RawOptions.Read(context);
        if (context.Columns.Count != 1)
        {
            throw new UserException(
                FormatErrors.BadType,
                $"Table {context.TableName} has {context.Columns.Count} columns, format 'raw' holds exactly one.");
        }

        if (!IsSupported(DecodeColumn.KindOf(context.Columns[0].Type, context.Columns[0].Name)))
        {
            throw new UserException(
                FormatErrors.BadType,
                $"Column has a type that raw cannot hold: '{context.Columns[0].Name}' {context.Columns[0].Type}; "
                + "text, bytes, BOOLEAN, integers, FLOAT and DOUBLE only.");
        }
    }

    /// <inheritdoc/>
    public override BlockDecoder CreateBlockDecoder(FormatContext context)
    {
        Validate(context);
        return new RawDecoder(context, RawOptions.Read(context));
    }

    /// <inheritdoc/>
    public override RowEncoder CreateEncoder(FormatContext context)
    {
        Validate(context);
        return new RawEncoder(context, RawOptions.Read(context));
    }

    private static bool IsSupported(ColumnKind kind) =>
        kind is ColumnKind.Text or ColumnKind.Bytes or (>= ColumnKind.Boolean and <= ColumnKind.Float64);
}
