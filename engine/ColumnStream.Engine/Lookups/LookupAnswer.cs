using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;

namespace ColumnStream.Engine.Lookups;

/// <summary>Holds the rows that a lookup found; they belong to whoever asked.</summary>
/// <param name="Rows">The columns of <see cref="LookupContext.Projection"/>.</param>
/// <param name="Keys">For each row the position of the key that it has, in any order.</param>
public sealed record LookupAnswer(RecordBatch Rows, int[] Keys)
{
    /// <summary>Makes a batch of no rows of the columns that <paramref name="context"/> asks for.</summary>
    public static RecordBatch NoRows(LookupContext context)
    {
        var fields = new Field[context.Projection.Count];
        var columns = new ArrayData[fields.Length];
        for (int i = 0; i < fields.Length; i++)
        {
            SqlField field = context.Table.Columns[context.Projection[i]];
            fields[i] = new Field(field.Name, field.Type.ToArrow(), field.Type.Nullable);
            using ColumnBuilder builder = ColumnBuilder.Create(fields[i].Type, context.Allocator, 1);
            columns[i] = builder.Finish();
        }

        return new RecordBatch(new Schema(fields), columns, 0);
    }
}
