using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Connectors.Formats;

/// <summary>Gives a decoder or encoder everything that it may use.</summary>
/// <param name="TableName">The table's name for messages.</param>
/// <param name="Columns">Columns that stand in the data, in declared order; partition and metadata columns do not.</param>
/// <param name="Projection">
/// Columns to give, in output order, as indices into <paramref name="Columns"/>, and behind them into <see cref="Metadata"/>.
/// </param>
/// <param name="Options">All WITH options of the table.</param>
/// <param name="Allocator">Pays for buffers.</param>
/// <param name="MaxRows">Largest batch in rows.</param>
public sealed record FormatContext(
    string TableName,
    ValueList<SqlField> Columns,
    ValueList<int> Projection,
    ValueList<TableOption> Options,
    BufferAllocator Allocator,
    int MaxRows = 4096)
{
    /// <summary>Gets the table's METADATA columns that the format gives.</summary>
    public ValueList<SqlField> Metadata { get; init; }

    /// <summary>Gets the key of each of <see cref="Metadata"/>.</summary>
    public ValueList<string> MetadataKeys { get; init; }

    /// <summary>Gets the largest batch in bytes of input.</summary>
    public int MaxBatchBytes { get; init; } = 1 << 20;

    /// <summary>Gets the size of an input buffer.</summary>
    public int BlockBytes { get; init; } = 256 << 10;

    /// <summary>Gets the size above which a record is an error.</summary>
    public int MaxRecordBytes { get; init; } = 16 << 20;

    /// <summary>Makes a context that reads or writes all <paramref name="columns"/>.</summary>
    public static FormatContext AllColumns(
        string tableName, ValueList<SqlField> columns, ValueList<TableOption> options, BufferAllocator allocator)
    {
        var all = new int[columns.Count];
        for (int i = 0; i < all.Length; i++)
        {
            all[i] = i;
        }

        return new FormatContext(tableName, columns, ValueList.Create<int>(all), options, allocator);
    }

    /// <summary>Returns an option's value, or null.</summary>
    public string? Option(string key)
    {
        foreach (TableOption option in Options)
        {
            if (option.Key == key)
            {
                return option.Value;
            }
        }

        return null;
    }

    /// <summary>Makes the schema of the projected columns.</summary>
    public Schema OutputSchema()
    {
        var fields = new Field[Projection.Count];
        for (int i = 0; i < fields.Length; i++)
        {
            int index = Projection[i];
            SqlField column = index < Columns.Count ? Columns[index] : Metadata[index - Columns.Count];
            fields[i] = new Field(column.Name, column.Type.ToArrow(), column.Type.Nullable);
        }

        return new Schema(fields);
    }
}
