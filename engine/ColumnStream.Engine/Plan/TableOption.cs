namespace ColumnStream.Engine.Plan;

/// <summary>Holds one WITH option as written.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value.</param>
public sealed record TableOption(string Key, string Value);
