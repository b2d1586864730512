namespace ColumnStream.Flight;

/// <summary>States an action that a server knows.</summary>
/// <param name="Type">Its name.</param>
/// <param name="Description">What it does, takes and returns.</param>
public sealed record FlightActionType(string Type, string Description);
