namespace ColumnStream.Testing.Oss;

/// <summary>Names how an answer goes over the wire.</summary>
public enum HttpEnding
{
    /// <summary>As it should.</summary>
    Whole,

    /// <summary>Half of the body, then the connection ends.</summary>
    HalfBody,

    /// <summary>Nothing but a reset.</summary>
    Reset,

    /// <summary>Nothing, and the connection stays.</summary>
    Silence,
}
