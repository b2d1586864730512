namespace ColumnStream.Runtime.Upgrades;

/// <summary>Says what becomes of an operator's state.</summary>
public enum UpgradeVerdict : byte
{
    /// <summary>Goes on as it is.</summary>
    Keep,

    /// <summary>Goes on with other columns or types.</summary>
    Migrate,

    /// <summary>Is dropped, and begins empty.</summary>
    Rebuild,

    /// <summary>Begins empty: the checkpoint does not know it.</summary>
    New,

    /// <summary>Is dropped: the plan has no place for it.</summary>
    Drop,
}
