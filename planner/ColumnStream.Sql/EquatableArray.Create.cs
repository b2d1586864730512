using System;

namespace ColumnStream.Sql;

/// <summary>Makes equatable arrays from collection expressions.</summary>
public static class EquatableArray
{
    /// <summary>Copies <paramref name="items"/> into a new list.</summary>
    public static EquatableArray<T> Create<T>(ReadOnlySpan<T> items) =>
        items.IsEmpty ? default : new EquatableArray<T>(items.ToArray());
}
