namespace ColumnStream.Engine.Elements;

/// <summary>States which row kinds an edge may carry.</summary>
public enum ChangelogMode : byte
{
    /// <summary>Only +I.</summary>
    InsertOnly,

    /// <summary>+I, +U, −D by key; no −U.</summary>
    Upsert,

    /// <summary>All four; every −U is followed by its +U.</summary>
    Retract,
}
