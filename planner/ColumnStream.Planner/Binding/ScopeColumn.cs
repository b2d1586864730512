using ColumnStream.Compute.Types;

namespace ColumnStream.Planner.Binding;

/// <summary>Tells what a column is to the window it comes from.</summary>
internal enum WindowRole : byte
{
    None,
    Start,
    End,
    Time,
}

/// <summary>Is one column that names can resolve to.</summary>
/// <param name="Qualifier">Alias or table name, or null for none.</param>
/// <param name="Name">The name.</param>
/// <param name="Type">The type, with its time attribute.</param>
/// <param name="Role">What it is to the window it comes from.</param>
/// <param name="Lost">Why it is no longer a time attribute, or null.</param>
internal sealed record ScopeColumn(
    string? Qualifier, string Name, SqlType Type, WindowRole Role = WindowRole.None, string? Lost = null);
