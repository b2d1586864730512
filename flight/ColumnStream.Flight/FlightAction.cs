using System;

namespace ColumnStream.Flight;

/// <summary>Asks a server to do something that is not a stream of batches.</summary>
/// <param name="Type">The action's name.</param>
/// <param name="Body">Its arguments, in the action's own form.</param>
public sealed record FlightAction(string Type, ReadOnlyMemory<byte> Body);
