namespace ColumnStream.Tests.Flight;

/// <summary>Runs Flight's contract over the HttpClient.</summary>
public sealed class FlightTests() : FlightContract(isDirect: false);
