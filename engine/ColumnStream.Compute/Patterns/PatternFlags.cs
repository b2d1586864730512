using System;

namespace ColumnStream.Compute.Patterns;

/// <summary>Names the flags that <c>(?idmsuxU)</c> sets.</summary>
[Flags]
internal enum PatternFlags
{
    /// <summary>No flag.</summary>
    None = 0,

    /// <summary>d: only a line feed terminates lines.</summary>
    UnixLines = 1,

    /// <summary>i: the case of letters does not matter.</summary>
    IgnoreCase = 2,

    /// <summary>x: white space and comments do not count.</summary>
    Comments = 4,

    /// <summary>m: ^ and $ stand for lines.</summary>
    MultiLine = 8,

    /// <summary>s: . stands for line terminators too.</summary>
    DotAll = 32,

    /// <summary>u: the case of all letters, not only of ASCII.</summary>
    UnicodeCase = 64,

    /// <summary>U: \w, \d, \s, \b and POSIX classes are Unicode's.</summary>
    UnicodeClasses = 256,
}
