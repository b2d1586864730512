namespace ColumnStream.Flight.Hosting;

/// <summary>States one method of a server.</summary>
/// <param name="Path">The path of its requests, <c>/package.Service/Method</c>.</param>
/// <param name="IsUnary">Whether it has one answer, so that a deadline holds even where the client names none.</param>
/// <param name="IsData">Whether its requests hold batches.</param>
/// <param name="IsStreamed">Whether it has many requests, which may go on for long.</param>
/// <param name="Handler">What answers.</param>
internal sealed record GrpcRoute(string Path, bool IsUnary, bool IsData, bool IsStreamed, GrpcHandler Handler)
{
    public string Method => Path[(Path.LastIndexOf('/') + 1)..];
}
