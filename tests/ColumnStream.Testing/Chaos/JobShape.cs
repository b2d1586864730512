using System.Collections.Generic;

namespace ColumnStream.Testing.Chaos;

/// <summary>Is a script that real processes run under faults, and what its sinks must hold in the end.</summary>
/// <param name="Name">How reports call it.</param>
/// <param name="Script">The statements; sinks are folders beside the script.</param>
/// <param name="Sinks">What it writes.</param>
public sealed record JobShape(string Name, string Script, IReadOnlyList<ShapeSink> Sinks)
{
    /// <inheritdoc/>
    public override string ToString() => Name;
}
