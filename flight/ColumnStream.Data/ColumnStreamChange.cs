namespace ColumnStream.Data;

/// <summary>Is one change of a subscription: a kind, and the row; good until the next change is asked for.</summary>
public sealed class ColumnStreamChange
{
    private readonly ColumnStreamDataReader _reader;

    internal ColumnStreamChange(ColumnStreamDataReader reader, ColumnStreamRowKind kind)
    {
        _reader = reader;
        Kind = kind;
    }

    /// <summary>Gets what happens to the row.</summary>
    public ColumnStreamRowKind Kind { get; }

    /// <summary>Gets the number of the query's columns.</summary>
    public int FieldCount => _reader.FieldCount - 1;

    /// <summary>Gets a value by its position, DBNull for null.</summary>
    public object this[int ordinal] => GetValue(ordinal);

    /// <summary>Gets a value by its column's name, DBNull for null.</summary>
    public object this[string name] => _reader.GetValue(_reader.GetOrdinal(name));

    /// <summary>Gives the name of a column.</summary>
    public string GetName(int ordinal) => _reader.GetName(ordinal + 1);

    /// <summary>Tells whether a value is null.</summary>
    public bool IsDBNull(int ordinal) => _reader.IsDBNull(ordinal + 1);

    /// <summary>Gives a value as an object, DBNull for null.</summary>
    public object GetValue(int ordinal) => _reader.GetValue(ordinal + 1);

    /// <summary>Reads a value as <see cref="ColumnStreamDataReader.GetFieldValue{T}"/> does.</summary>
    public T GetFieldValue<T>(int ordinal) => _reader.GetFieldValue<T>(ordinal + 1);

    /// <summary>Copies the values, DBNull for null, so that they stay.</summary>
    public object[] ToArray()
    {
        var values = new object[FieldCount];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = GetValue(i);
        }

        return values;
    }
}
