using System;

namespace ColumnStream.Flight.Sql.Backend;

/// <summary>Bounds what clients may leave behind in a server.</summary>
public sealed record FlightSqlOptions
{
    /// <summary>Gets how long a session that nobody uses stays.</summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Gets how long a prepared statement or ticket that nobody uses stays; clients do not always close what they prepare.
    /// </summary>
    public TimeSpan HandleTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// Gets the sessions kept at once, of about 45 KB; the one unused for longest goes first. A client with a lasting token that keeps no
    /// cookies leaves one with each call.
    /// </summary>
    public int MaxSessions { get; init; } = 2_000;

    /// <summary>Gets the prepared statements and tickets kept at once; the one unused for longest goes first.</summary>
    public int MaxHandles { get; init; } = 10_000;

    /// <summary>
    /// Gets the quiet time behind which a result sends an empty batch, so that neither client nor what lies between takes it for dead;
    /// zero for never. A session may set its own.
    /// </summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets the rows of parameters that one binding may have.</summary>
    public int MaxParameterRows { get; init; } = 1_000_000;
}
