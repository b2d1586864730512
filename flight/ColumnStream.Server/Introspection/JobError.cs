namespace ColumnStream.Server.Introspection;

/// <summary>Is something that went wrong in a job.</summary>
/// <param name="AtMs">When.</param>
/// <param name="JobId">In which job.</param>
/// <param name="Severity">Error or warning.</param>
/// <param name="Code">The code behind CST, or null.</param>
/// <param name="Message">What it says.</param>
internal sealed record JobError(long AtMs, string JobId, string Severity, int? Code, string Message);
