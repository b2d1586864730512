namespace ColumnStream.Engine.Elements;

/// <summary>Tells what a changelog row does; one byte a row in native memory.</summary>
public enum RowKind : byte
{
    /// <summary>+I: adds a row.</summary>
    Insert,

    /// <summary>−U: takes back the old image of an update.</summary>
    UpdateBefore,

    /// <summary>+U: gives the new image of an update.</summary>
    UpdateAfter,

    /// <summary>−D: takes a row away.</summary>
    Delete,
}
