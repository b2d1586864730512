namespace ColumnStream.Engine.Options;

/// <summary>Names how an option's value is read.</summary>
public enum OptionKind : byte
{
    /// <summary>Any text.</summary>
    Text,

    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A decimal number.</summary>
    Number,

    /// <summary>A duration: <c>10 s</c>, <c>500ms</c>, <c>1 min</c>.</summary>
    Duration,

    /// <summary>A size: <c>64 mb</c>, <c>1 MiB</c>.</summary>
    Bytes,

    /// <summary>One of a list of words.</summary>
    Choice,

    /// <summary>A time zone: a region, or an offset such as GMT+08:00.</summary>
    TimeZone,
}
