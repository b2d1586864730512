using ColumnStream.Compute.Types;
using ColumnStream.Connectors.Formats.Columns;

namespace ColumnStream.Connectors.Jdbc;

/// <summary>Is a column of ours on its way into one of the database.</summary>
internal sealed class CopyColumn(SqlField field, PostgresColumn to, CopyKind kind, bool isKey)
{
    /// <summary>Gets the values of the batch under way.</summary>
    public EncodeColumn Values { get; } = new(field.Name, field.Type);

    public PostgresColumn To { get; } = to;

    public CopyKind Kind { get; } = kind;

    /// <summary>Gets how the values inside an array are written.</summary>
    public CopyKind Element { get; } = kind == CopyKind.Array ? CopyTypes.ElementOf(field.Type, to) : kind;

    public bool IsKey { get; } = isKey;

    /// <summary>Gets the most characters, or -1.</summary>
    public int MaxLength { get; } = CopyTypes.LengthOf(to);

    /// <summary>Gets the name between quotation marks.</summary>
    public string Quoted { get; } = PostgresDatabase.Quote(to.Name);
}
