using System;

namespace ColumnStream.Compute.Formatting;

/// <summary>Names the Java types that arguments have.</summary>
internal enum ArgumentKind : byte
{
    /// <summary>NULL of any type.</summary>
    Null,

    /// <summary>Boolean.</summary>
    Boolean,

    /// <summary>Byte.</summary>
    Byte,

    /// <summary>Short.</summary>
    Short,

    /// <summary>Integer.</summary>
    Integer,

    /// <summary>Long.</summary>
    Long,

    /// <summary>Float.</summary>
    Float,

    /// <summary>Double.</summary>
    Double,

    /// <summary>BigDecimal.</summary>
    Decimal,

    /// <summary>String, or an object that is shown by its text.</summary>
    Text,
}

/// <summary>Holds one argument of a format.</summary>
/// <param name="Kind">Its Java type.</param>
/// <param name="Integer">Integers; 1 for TRUE.</param>
/// <param name="Number">Floats.</param>
/// <param name="Unscaled">A decimal without its point.</param>
/// <param name="Scale">Fraction digits of a decimal.</param>
/// <param name="Text">Text.</param>
internal readonly record struct FormatArgument(
    ArgumentKind Kind, long Integer = 0, double Number = 0, Int128 Unscaled = default, int Scale = 0, string Text = "");
