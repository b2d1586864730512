using ColumnStream.Arrow.Types;

namespace ColumnStream.Flight.Sql.Backend;

/// <summary>Describes a column to clients.</summary>
/// <param name="Field">Name, Arrow type and nullability.</param>
/// <param name="TypeName">The SQL type as written, such as DECIMAL(10, 2).</param>
public sealed record SqlColumn(Field Field, string TypeName)
{
    /// <summary>Gets digits of a number or characters of text, or null.</summary>
    public int? Precision { get; init; }

    /// <summary>Gets fraction digits, or null.</summary>
    public int? Scale { get; init; }

    /// <summary>Gets whether nobody can write it (a computed column).</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Gets the column's comment, or null.</summary>
    public string? Remarks { get; init; }
}
