using ColumnStream.Arrow.Types;

namespace ColumnStream.Flight.Sql.Backend;

/// <summary>States what a server says of itself; the rest of Flight SQL's numbers follow from the dialect.</summary>
/// <param name="Name">The product.</param>
/// <param name="Version">Its version.</param>
public sealed record SqlServerFacts(string Name, string Version)
{
    /// <summary>Gets reserved words that are not in SQL-92.</summary>
    public ValueList<string> Keywords { get; init; }

    /// <summary>Gets the names of functions over numbers.</summary>
    public ValueList<string> NumericFunctions { get; init; }

    /// <summary>Gets the names of functions over text.</summary>
    public ValueList<string> StringFunctions { get; init; }

    /// <summary>Gets the names of other functions.</summary>
    public ValueList<string> SystemFunctions { get; init; }

    /// <summary>Gets the names of functions over dates and times.</summary>
    public ValueList<string> DateTimeFunctions { get; init; }

    /// <summary>Gets the milliseconds after which a prepared statement that nobody uses is closed; 0 means never.</summary>
    public int StatementTimeoutMs { get; init; }

    /// <summary>Gets the connections that the server accepts at once; 0 means that it does not say.</summary>
    public int MaxConnections { get; init; }
}
