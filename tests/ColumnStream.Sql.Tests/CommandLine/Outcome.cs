using System.Text;

namespace ColumnStream.Sql.Tests.CommandLine;

/// <summary>Is what a run of the program left.</summary>
/// <param name="ExitCode">0 done, 1 a job failed, 2 SQL or usage is wrong.</param>
/// <param name="Bytes">Standard output.</param>
/// <param name="Errors">Standard error.</param>
internal sealed record Outcome(int ExitCode, byte[] Bytes, string Errors)
{
    /// <summary>Gets standard output as text.</summary>
    public string Text => Encoding.UTF8.GetString(Bytes);
}
