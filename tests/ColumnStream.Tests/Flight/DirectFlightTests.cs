namespace ColumnStream.Tests.Flight;

/// <summary>Runs Flight's contract over this project's own HTTP/2 client.</summary>
public sealed class DirectFlightTests() : FlightContract(isDirect: true);
