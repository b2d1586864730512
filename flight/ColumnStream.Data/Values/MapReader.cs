using System.Collections.Generic;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Data.Values;

/// <summary>Reads maps as dictionaries; of equal keys the last one counts.</summary>
internal sealed unsafe class MapReader : ObjectReader<Dictionary<object, object?>>
{
    private readonly ColumnReader _keys;
    private readonly ColumnReader _values;

    /// <summary>Makes a reader of a map's column.</summary>
    public MapReader(Field field, int ordinal)
        : base(field, ordinal)
    {
        _keys = ColumnReaders.Of(field.Type.KeyField, ordinal);
        _values = ColumnReaders.Of(field.Type.ValueField, ordinal);
    }

    /// <inheritdoc/>
    public override void Bind(ArrayData? array)
    {
        base.Bind(array);
        _keys.Bind((array as MapArray)?.Keys);
        _values.Bind((array as MapArray)?.Values);
    }

    /// <inheritdoc/>
    protected override Dictionary<object, object?> Get(int row)
    {
        var map = (MapArray)Array!;
        var values = new Dictionary<object, object?>();
        for (int i = map.Offsets[row]; i < map.Offsets[row + 1]; i++)
        {
            values[_keys.GetValue(i)] = _values.IsNull(i) ? null : _values.GetValue(i);
        }

        return values;
    }
}
