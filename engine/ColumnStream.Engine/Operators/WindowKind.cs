namespace ColumnStream.Engine.Operators;

/// <summary>Names the ways to cut time into windows.</summary>
public enum WindowKind : byte
{
    /// <summary>Windows of one size, side by side.</summary>
    Tumble,

    /// <summary>Windows of one size that begin every slide.</summary>
    Hop,

    /// <summary>Windows that begin together and grow by a step up to the size.</summary>
    Cumulate,

    /// <summary>Windows of a key that end when no row came for a gap, the size.</summary>
    Session,

    /// <summary>Windows that an operator upstream assigned: the time column holds their end.</summary>
    Attached,
}
