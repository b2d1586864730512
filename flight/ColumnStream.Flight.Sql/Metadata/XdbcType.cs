using ColumnStream.Arrow.Types;

namespace ColumnStream.Flight.Sql.Metadata;

/// <summary>Describes a SQL type in the words of JDBC and ODBC.</summary>
/// <param name="Name">The type's name.</param>
/// <param name="DataType">JDBC's number.</param>
internal sealed record XdbcType(string Name, int DataType)
{
    /// <summary>Gets the most digits or characters.</summary>
    public int? Size { get; init; }

    /// <summary>Gets what stands before a literal.</summary>
    public string? Prefix { get; init; }

    /// <summary>Gets what stands behind a literal.</summary>
    public string? Suffix { get; init; }

    /// <summary>Gets the names of what may stand in brackets.</summary>
    public ValueList<string> Parameters { get; init; }

    /// <summary>Gets whether comparisons see case.</summary>
    public bool CaseSensitive { get; init; }

    /// <summary>Gets 2 for all comparisons but LIKE, 3 for all.</summary>
    public int Searchable { get; init; } = 2;

    /// <summary>Gets whether numbers have no sign; null for what is no number.</summary>
    public bool? Unsigned { get; init; }

    /// <summary>Gets the least fraction digits.</summary>
    public int? MinimumScale { get; init; }

    /// <summary>Gets the most fraction digits.</summary>
    public int? MaximumScale { get; init; }

    /// <summary>Gets the general number of dates and times (9); null for types of which it is <see cref="DataType"/>.</summary>
    public int? SqlType { get; init; }

    /// <summary>Gets which of the dates and times it is.</summary>
    public int? Subcode { get; init; }

    /// <summary>Gets 2 for bits, 10 for digits.</summary>
    public int? Radix { get; init; }
}
