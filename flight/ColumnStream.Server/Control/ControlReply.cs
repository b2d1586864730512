using System.Collections.Generic;

namespace ColumnStream.Server.Control;

/// <summary>Is one line of an answer: any number of <c>progress</c>, then <c>done</c>, or <c>error</c>.</summary>
/// <param name="Version">Version of the protocol.</param>
/// <param name="Kind"><c>progress</c>, <c>done</c> or <c>error</c>.</param>
internal sealed record ControlReply(int Version, string Kind)
{
    /// <summary>The last line of an answer that went well.</summary>
    public const string Done = "done";

    /// <summary>A line of an answer that is not at its end.</summary>
    public const string Progress = "progress";

    /// <summary>The last line of an answer that went wrong.</summary>
    public const string Error = "error";

    /// <summary>Gets the jobs of the process.</summary>
    public IReadOnlyList<ControlJob>? Jobs { get; init; }

    /// <summary>Gets how far a savepoint is.</summary>
    public string? Phase { get; init; }

    /// <summary>Gets the epoch of a savepoint.</summary>
    public long Epoch { get; init; }

    /// <summary>Gets the bytes that are written.</summary>
    public long Bytes { get; init; }

    /// <summary>Gets the bytes that will be written.</summary>
    public long TotalBytes { get; init; }

    /// <summary>Gets the address of a savepoint.</summary>
    public string? Address { get; init; }

    /// <summary>Gets how a stopped job ended.</summary>
    public string? Status { get; init; }

    /// <summary>Gets the number behind CST.</summary>
    public int Code { get; init; }

    /// <summary>Gets what went wrong.</summary>
    public string? Message { get; init; }
}
