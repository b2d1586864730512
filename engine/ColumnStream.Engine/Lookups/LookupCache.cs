namespace ColumnStream.Engine.Lookups;

/// <summary>Says what is kept of a table that is looked up.</summary>
public enum LookupCache : byte
{
    /// <summary>Nothing: the table is asked for every key.</summary>
    None,

    /// <summary>Answers of keys that were asked for, within limits of number and age.</summary>
    Partial,

    /// <summary>All rows, read once or again at every interval.</summary>
    Full,
}
