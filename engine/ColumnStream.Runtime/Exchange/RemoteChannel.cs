using System;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Plan;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Runtime.Transport;

namespace ColumnStream.Runtime.Exchange;

/// <summary>Says how one channel of a job leads over its transport: what both ends must know alike.</summary>
internal sealed class RemoteChannel
{
    private readonly ExchangeRoute _producer;
    private readonly ExchangeRoute _consumer;
    private readonly ChannelId _id;
    private readonly FencingToken _token;

    /// <summary>Describes a channel.</summary>
    /// <param name="job">The job, whose options have a route.</param>
    /// <param name="edge">The edge of the job's graph.</param>
    /// <param name="producer">The subtask that sends.</param>
    /// <param name="consumer">The subtask that receives.</param>
    /// <param name="attempt">The attempt at the job within its generation.</param>
    public RemoteChannel(JobExecution job, FragmentEdge edge, int producer, int consumer, int attempt)
    {
        int index = 0;
        while (job.Graph.Edges[index] != edge)
        {
            index++;
        }

        _producer = job.Options.Exchange!.Of(producer);
        _consumer = job.Options.Exchange!.Of(consumer);
        _id = new ChannelId(job.SinkLineage, index, producer, consumer);
        _token = new FencingToken(job.Generation.Number, attempt);
        Job = job;
        Edge = edge;
        Schema = job.Graph.Plan.Nodes[job.Graph.Plan.Nodes[edge.Exchange].Inputs[0]].OutputSchema();
        Name = $"{job.Options.JobId}/e{index}-{producer}-{consumer}";
    }

    /// <summary>Gets the job.</summary>
    public JobExecution Job { get; }

    /// <summary>Gets the edge of the job's graph.</summary>
    public FragmentEdge Edge { get; }

    /// <summary>Gets the node that is read from.</summary>
    public TransportEndpoint Endpoint => _producer.Endpoint;

    /// <summary>Gets the schema of the batches.</summary>
    public Schema Schema { get; }

    /// <summary>Gets the name of both ends.</summary>
    public string Name { get; }

    /// <summary>Makes the producer's end.</summary>
    public FrameSender Offer(Action wake) => _producer.Node.Offer(_id, _token, wake);

    /// <summary>Makes the consumer's end.</summary>
    public FrameReceiver Open(Action wake) =>
        _consumer.Node.Open(_producer.Endpoint, _id, _token, Math.Max(1, Job.Options.ChannelCreditBytes), wake);
}
