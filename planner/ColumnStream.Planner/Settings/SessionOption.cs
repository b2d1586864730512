namespace ColumnStream.Planner.Settings;

/// <summary>Holds one option with its value and where it comes from.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value as written.</param>
/// <param name="Origin">Where it comes from.</param>
public sealed record SessionOption(string Key, string Value, OptionOrigin Origin);
