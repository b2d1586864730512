using ColumnStream.Server.Results;

namespace ColumnStream.Server.Session;

/// <summary>Holds what the command line says about running a script.</summary>
/// <param name="Format">Form of SELECT results; null chooses by terminal or pipe.</param>
/// <param name="Restore"><c>latest</c>, <c>none</c> or a path; null leaves it to the options.</param>
/// <param name="IsQuiet">Whether rates, summaries and warnings are left out.</param>
internal sealed record RunOptions(ResultFormat? Format, string? Restore, bool IsQuiet);
