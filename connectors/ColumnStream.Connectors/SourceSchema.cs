using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sources;

namespace ColumnStream.Connectors;

/// <summary>Makes the schema of what a source gives: the projected columns in the engine's inner layout.</summary>
internal static class SourceSchema
{
    /// <summary>Returns the schema of the columns that <paramref name="context"/> asks for.</summary>
    public static Schema Of(SourceContext context)
    {
        var fields = new Field[context.Projection.Count];
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = FieldOf(context.Table.Columns[context.Projection[i]]);
        }

        return new Schema(fields);
    }

    /// <summary>Returns the schema of all columns of <paramref name="table"/>.</summary>
    public static Schema Of(TableSpec table)
    {
        var fields = new Field[table.Columns.Count];
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = FieldOf(table.Columns[i]);
        }

        return new Schema(fields);
    }

    private static Field FieldOf(SqlField column) => new(column.Name, column.Type.ToArrow(), column.Type.Nullable);
}
