namespace ColumnStream.Sql.Tests.Queries;

/// <summary>Is the judgment on one query: fine, refused, or contradicted by an oracle.</summary>
/// <param name="Answer">What the stream gave.</param>
internal sealed record Verdict(Answer Answer)
{
    /// <summary>Gets why the stream does not plan it, or null.</summary>
    public string? Refusal { get; init; }

    /// <summary>Gets the oracle that contradicts, or null.</summary>
    public string? Oracle { get; init; }

    /// <summary>Gets how.</summary>
    public string? Detail { get; init; }
}
