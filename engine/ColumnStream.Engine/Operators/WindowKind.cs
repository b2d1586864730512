namespace ColumnStream.Engine.Operators;

/// <summary>Names the ways to cut event time into windows.</summary>
public enum WindowKind : byte
{
    /// <summary>Windows of one size, side by side.</summary>
    Tumble,

    /// <summary>Windows of one size that begin every slide.</summary>
    Hop,

    /// <summary>Windows that begin together and grow by a step up to the size.</summary>
    Cumulate,
}
