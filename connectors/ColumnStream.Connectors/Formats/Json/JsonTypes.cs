using ColumnStream.Compute.Types;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Connectors.Formats.Json;

/// <summary>Checks that JSON can hold a table's columns: keys of maps are text.</summary>
internal static class JsonTypes
{
    /// <summary>Refuses a map or multiset, at any depth, whose keys are no text.</summary>
    /// <exception cref="UserException">Names the column.</exception>
    public static void Check(FormatContext context)
    {
        foreach (SqlField column in context.Columns)
        {
            Check(column, column.Type);
        }
    }

    private static void Check(SqlField column, SqlType type)
    {
        if (type.Id is SqlTypeId.Map or SqlTypeId.Multiset
            && (type.Key ?? type.Element!).Id is not (SqlTypeId.Char or SqlTypeId.VarChar))
        {
            throw new UserException(
                FormatErrors.BadType,
                $"Column has a type that json cannot hold: '{column.Name}' {column.Type}; "
                + "keys of maps and multisets must be text.");
        }

        SqlType?[] inner = [type.Element, type.Value];
        foreach (SqlType? below in inner)
        {
            if (below is not null)
            {
                Check(column, below);
            }
        }

        foreach (SqlField field in type.Fields)
        {
            Check(column, field.Type);
        }
    }
}
