using System;
using ColumnStream.Compute.Types;

namespace ColumnStream.Connectors.Generator;

/// <summary>States how the values of one field are made.</summary>
/// <param name="Type">The field's type.</param>
/// <param name="IsSequence">Whether values count from start to end instead of being random.</param>
internal sealed record DataGenRule(SqlType Type, bool IsSequence)
{
    /// <summary>Gets the first value of a sequence.</summary>
    public long Start { get; init; }

    /// <summary>Gets the last value of a sequence.</summary>
    public long End { get; init; }

    /// <summary>Gets the least random integer, decimals unscaled.</summary>
    public Int128 Least { get; init; }

    /// <summary>Gets the greatest random integer, decimals unscaled.</summary>
    public Int128 Most { get; init; }

    /// <summary>Gets the least random real.</summary>
    public double LeastReal { get; init; }

    /// <summary>Gets the greatest random real.</summary>
    public double MostReal { get; init; }

    /// <summary>Gets the length of text, bytes and arrays.</summary>
    public int Length { get; init; }

    /// <summary>Gets whether lengths vary from 1 to <see cref="Length"/>.</summary>
    public bool VariesLength { get; init; }

    /// <summary>Gets the share of nulls.</summary>
    public double NullRate { get; init; }

    /// <summary>Gets how far timestamps lie behind the clock at most.</summary>
    public TimeSpan MaxPast { get; init; }

    /// <summary>Gets the rules of a ROW's fields, or of an ARRAY's items.</summary>
    public DataGenRule[] Children { get; init; } = [];
}
