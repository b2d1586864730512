using System;

namespace ColumnStream.Fuzz;

/// <summary>Names one wire format and the code that tries cases of it.</summary>
/// <param name="Name">What the command line calls it.</param>
/// <param name="SliceCases">The cases that share a seed.</param>
/// <param name="AreCasesAlone">Whether a case can be tried without those before it in its slice.</param>
/// <param name="Run">Tries cases; throws when a promise is broken.</param>
internal sealed record FuzzTarget(string Name, int SliceCases, bool AreCasesAlone, Action<FuzzRun> Run)
{
    /// <summary>Gets all targets, by name.</summary>
    public static FuzzTarget[] All { get; } =
    [
        new("csv", 250, AreCasesAlone: false, CsvFuzz.Run),
        new("flight", 250, AreCasesAlone: true, FlightFuzz.Run),
        new("http2", 250, AreCasesAlone: true, Http2Fuzz.Run),
        new("ipc", 250, AreCasesAlone: true, IpcFuzz.Run),
        new("json", 250, AreCasesAlone: false, JsonFuzz.Run),
        new("sql", 250, AreCasesAlone: true, SqlFuzz.Run),
    ];

    public static FuzzTarget? Find(string name) => Array.Find(All, t => t.Name == name);
}
