namespace ColumnStream.Runtime.Transport;

/// <summary>Names a channel: from one subtask to another over one edge of a job.</summary>
/// <param name="Job">The job.</param>
/// <param name="Edge">The edge of its graph.</param>
/// <param name="Producer">The subtask that sends.</param>
/// <param name="Consumer">The subtask that receives.</param>
public sealed record ChannelId(string Job, int Edge, int Producer, int Consumer)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Job} edge {Edge}, {Producer} to {Consumer}";
}
