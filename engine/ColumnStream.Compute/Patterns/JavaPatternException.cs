using System;

namespace ColumnStream.Compute.Patterns;

/// <summary>Says where and why a pattern cannot be used.</summary>
internal sealed class JavaPatternException(string reason, int position, bool isValid)
    : Exception($"Pattern cannot be used at position {position + 1}: {reason}.")
{
    /// <summary>Gets whether Java takes the pattern, which this program then cannot translate.</summary>
    public bool IsValid { get; } = isValid;
}
