using System;
using System.Collections.Generic;
using System.Data.Common;

namespace ColumnStream.Data;

/// <summary>Holds the statements of a batch in their order.</summary>
public sealed class ColumnStreamBatchCommandCollection : DbBatchCommandCollection
{
    private readonly List<ColumnStreamBatchCommand> _items = [];

    /// <inheritdoc/>
    public override int Count => _items.Count;

    /// <inheritdoc/>
    public override bool IsReadOnly => false;

    /// <inheritdoc cref="DbBatchCommandCollection.this[int]"/>
    public new ColumnStreamBatchCommand this[int index]
    {
        get => _items[index];
        set => _items[index] = value;
    }

    /// <summary>Adds a statement of a text and gives it.</summary>
    public ColumnStreamBatchCommand Add(string commandText)
    {
        var command = new ColumnStreamBatchCommand(commandText);
        _items.Add(command);
        return command;
    }

    /// <inheritdoc/>
    public override void Add(DbBatchCommand item) => _items.Add(Cast(item));

    /// <inheritdoc/>
    public override void Clear() => _items.Clear();

    /// <inheritdoc/>
    public override bool Contains(DbBatchCommand item) => _items.Contains(Cast(item));

    /// <inheritdoc/>
    public override void CopyTo(DbBatchCommand[] array, int arrayIndex)
    {
        foreach (ColumnStreamBatchCommand item in _items)
        {
            array[arrayIndex++] = item;
        }
    }

    /// <inheritdoc/>
    public override IEnumerator<DbBatchCommand> GetEnumerator() => _items.GetEnumerator();

    /// <inheritdoc/>
    public override int IndexOf(DbBatchCommand item) => _items.IndexOf(Cast(item));

    /// <inheritdoc/>
    public override void Insert(int index, DbBatchCommand item) => _items.Insert(index, Cast(item));

    /// <inheritdoc/>
    public override bool Remove(DbBatchCommand item) => _items.Remove(Cast(item));

    /// <inheritdoc/>
    public override void RemoveAt(int index) => _items.RemoveAt(index);

    /// <inheritdoc/>
    protected override DbBatchCommand GetBatchCommand(int index) => _items[index];

    /// <inheritdoc/>
    protected override void SetBatchCommand(int index, DbBatchCommand batchCommand) => _items[index] = Cast(batchCommand);

    private static ColumnStreamBatchCommand Cast(DbBatchCommand item) => item as ColumnStreamBatchCommand
        ?? throw new InvalidCastException($"Statement is of another provider: {item?.GetType().Name ?? "null"}.");
}
