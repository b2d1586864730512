using System.Collections.Generic;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Data.Values;

/// <summary>Reads records as dictionaries from field to value, null among them, in the order of the fields.</summary>
internal sealed class RecordReader : ObjectReader<Dictionary<string, object?>>
{
    private readonly ColumnReader[] _fields;

    /// <summary>Makes a reader of a record's column.</summary>
    public RecordReader(Field field, int ordinal)
        : base(field, ordinal)
    {
        _fields = new ColumnReader[field.Type.Children.Count];
        for (int i = 0; i < _fields.Length; i++)
        {
            _fields[i] = ColumnReaders.Of(field.Type.Children[i], ordinal);
        }
    }

    /// <inheritdoc/>
    public override void Bind(ArrayData? array)
    {
        base.Bind(array);
        for (int i = 0; i < _fields.Length; i++)
        {
            _fields[i].Bind((array as StructArray)?.Fields[i]);
        }
    }

    /// <inheritdoc/>
    protected override Dictionary<string, object?> Get(int row)
    {
        var values = new Dictionary<string, object?>(_fields.Length);
        foreach (ColumnReader reader in _fields)
        {
            values[reader.Field.Name] = reader.IsNull(row) ? null : reader.GetValue(row);
        }

        return values;
    }
}
