using System;

namespace ColumnStream.Compute.Formatting;

/// <summary>Names the flags of a specifier.</summary>
[Flags]
internal enum FormatFlags
{
    /// <summary>No flag.</summary>
    None = 0,

    /// <summary>-: to the left.</summary>
    Left = 1,

    /// <summary>#: another form.</summary>
    Alternate = 2,

    /// <summary>+: always a sign.</summary>
    Plus = 4,

    /// <summary>A space in front of what is not negative.</summary>
    Space = 8,

    /// <summary>0: zeros in front.</summary>
    Zero = 16,

    /// <summary>,: groups of three digits.</summary>
    Group = 32,

    /// <summary>(: negative numbers in parentheses.</summary>
    Parentheses = 64,

    /// <summary>&lt;: the argument of the specifier before.</summary>
    Previous = 128,
}
