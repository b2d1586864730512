namespace ColumnStream.Flight.Sql.Backend;

/// <summary>Says what became of a session option.</summary>
public enum SqlOptionResult
{
    /// <summary>It is set.</summary>
    Set,

    /// <summary>No option has this name.</summary>
    UnknownName,

    /// <summary>The option does not take this value.</summary>
    WrongValue,
}
