using System;
using System.Collections;
using System.Collections.Generic;
using System.Data.Common;

namespace ColumnStream.Data;

/// <summary>Holds a command's parameters in the order of its text.</summary>
public sealed class ColumnStreamParameterCollection : DbParameterCollection, IList<ColumnStreamParameter>
{
    private readonly List<ColumnStreamParameter> _items = [];

    /// <inheritdoc cref="DbParameterCollection.Count"/>
    public override int Count => _items.Count;

    /// <inheritdoc/>
    public override object SyncRoot => ((ICollection)_items).SyncRoot;

    /// <inheritdoc cref="DbParameterCollection.this[int]"/>
    public new ColumnStreamParameter this[int index]
    {
        get => _items[index];
        set => _items[index] = value;
    }

    /// <inheritdoc cref="DbParameterCollection.this[string]"/>
    public new ColumnStreamParameter this[string parameterName]
    {
        get => _items[IndexOrThrow(parameterName)];
        set => _items[IndexOrThrow(parameterName)] = value;
    }

    /// <summary>Adds a parameter of a value and gives it.</summary>
    public ColumnStreamParameter AddWithValue(string? name, object? value)
    {
        var parameter = new ColumnStreamParameter(name, value);
        _items.Add(parameter);
        return parameter;
    }

    /// <summary>Adds a parameter of a value, by position, and gives it.</summary>
    public ColumnStreamParameter AddWithValue(object? value) => AddWithValue(null, value);

    /// <summary>Adds a parameter and gives it.</summary>
    public ColumnStreamParameter Add(ColumnStreamParameter parameter)
    {
        _items.Add(parameter);
        return parameter;
    }

    /// <inheritdoc/>
    public override int Add(object value)
    {
        _items.Add(Cast(value));
        return _items.Count - 1;
    }

    /// <inheritdoc/>
    public override void AddRange(Array values)
    {
        foreach (object? value in values)
        {
            Add(value!);
        }
    }

    /// <inheritdoc cref="DbParameterCollection.Clear"/>
    public override void Clear() => _items.Clear();

    /// <inheritdoc/>
    public override bool Contains(object value) => value is ColumnStreamParameter parameter && _items.Contains(parameter);

    /// <inheritdoc/>
    public override bool Contains(string value) => IndexOf(value) >= 0;

    /// <inheritdoc/>
    public override void CopyTo(Array array, int index) => ((ICollection)_items).CopyTo(array, index);

    /// <inheritdoc/>
    public override IEnumerator GetEnumerator() => _items.GetEnumerator();

    /// <inheritdoc/>
    public override int IndexOf(object value) => value is ColumnStreamParameter parameter ? _items.IndexOf(parameter) : -1;

    /// <inheritdoc/>
    public override int IndexOf(string parameterName)
    {
        string plain = parameterName.Length > 0 && parameterName[0] is ('@' or ':' or '$') ? parameterName[1..] : parameterName;
        int index = _items.FindIndex(p => string.Equals(p.PlainName, plain, StringComparison.Ordinal));
        return index >= 0 ? index : _items.FindIndex(p => string.Equals(p.PlainName, plain, StringComparison.OrdinalIgnoreCase));
    }

    /// <inheritdoc/>
    public override void Insert(int index, object value) => _items.Insert(index, Cast(value));

    /// <inheritdoc/>
    public override void Remove(object value) => _items.Remove(Cast(value));

    /// <inheritdoc cref="DbParameterCollection.RemoveAt(int)"/>
    public override void RemoveAt(int index) => _items.RemoveAt(index);

    /// <inheritdoc/>
    public override void RemoveAt(string parameterName) => _items.RemoveAt(IndexOrThrow(parameterName));

    /// <inheritdoc/>
    void ICollection<ColumnStreamParameter>.Add(ColumnStreamParameter item) => _items.Add(item);

    /// <inheritdoc/>
    public bool Contains(ColumnStreamParameter item) => _items.Contains(item);

    /// <inheritdoc/>
    public void CopyTo(ColumnStreamParameter[] array, int arrayIndex) => _items.CopyTo(array, arrayIndex);

    /// <inheritdoc/>
    public int IndexOf(ColumnStreamParameter item) => _items.IndexOf(item);

    /// <inheritdoc/>
    public void Insert(int index, ColumnStreamParameter item) => _items.Insert(index, item);

    /// <inheritdoc/>
    public bool Remove(ColumnStreamParameter item) => _items.Remove(item);

    /// <inheritdoc/>
    IEnumerator<ColumnStreamParameter> IEnumerable<ColumnStreamParameter>.GetEnumerator() => _items.GetEnumerator();

    /// <inheritdoc/>
    protected override DbParameter GetParameter(int index) => _items[index];

    /// <inheritdoc/>
    protected override DbParameter GetParameter(string parameterName) => _items[IndexOrThrow(parameterName)];

    /// <inheritdoc/>
    protected override void SetParameter(int index, DbParameter value) => _items[index] = Cast(value);

    /// <inheritdoc/>
    protected override void SetParameter(string parameterName, DbParameter value) =>
        _items[IndexOrThrow(parameterName)] = Cast(value);

    private static ColumnStreamParameter Cast(object value) => value as ColumnStreamParameter
        ?? throw new InvalidCastException(
            $"Parameter is of another provider: {value?.GetType().Name ?? "null"}, expected {nameof(ColumnStreamParameter)}.");

    private int IndexOrThrow(string name)
    {
        int index = IndexOf(name);
        return index >= 0 ? index : throw new IndexOutOfRangeException($"Command has no parameter of this name: {name}.");
    }
}
