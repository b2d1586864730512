using System;
using System.Collections.Generic;
using System.Threading;
using ColumnStream.Engine.Plan;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Runtime.Tasks;

namespace ColumnStream.Runtime.Exchange;

/// <summary>Holds the exchanges of a job that lead over a transport, and starts the job once they do.</summary>
/// <remarks>
/// A reader without a split ends while its task opens, and a restored one says how far it was: both are in the channels before a row is.
/// Over a network they would race with the rows of others, and whether a row is late would depend on who wins. So every producer says that it
/// is ready behind what its start sent, and tasks count as open when all consumers have read that.
/// </remarks>
/// <param name="job">The job.</param>
/// <param name="isOpen">Is told of each task, once all tasks are open and all channels too.</param>
internal sealed class JobExchanges(JobExecution job, Action<StreamTask> isOpen)
{
    private readonly Lock _gate = new();
    private readonly List<RemoteOutput> _outputs = [];
    private readonly List<RemoteInput> _inputs = [];
    private readonly List<StreamTask> _tasks = [];
    private int _readyInputs;

    /// <summary>Gets the number of units.</summary>
    public int Count => _outputs.Count + _inputs.Count;

    /// <summary>Leads the way into a channel over the job's transport; returns what its producer sends into.</summary>
    public Channel Lead(Channel channel, FragmentEdge edge, int producer, int consumer, int attempt)
    {
        var way = new RemoteChannel(job, edge, producer, consumer, attempt);
        var output = new RemoteOutput(way);
        _outputs.Add(output);
        _inputs.Add(new RemoteInput(way, channel, InputIsReady));
        return output.Entry;
    }

    /// <summary>Adds up what the channels of each exchange moved; from any thread.</summary>
    public List<ExchangeMetrics> Collect()
    {
        var sums = new SortedDictionary<(int Exchange, string Endpoint), ExchangeMetrics>();
        foreach (RemoteOutput output in _outputs)
        {
            (int exchange, string endpoint) = (output.Way.Edge.Exchange, output.Way.Endpoint.Address);
            ExchangeMetrics sum = sums.GetValueOrDefault((exchange, endpoint))
                ?? new ExchangeMetrics(exchange, job.Graph.Plan.Nodes[exchange].Describe(), endpoint, 0, 0, 0, 0);
            (long frames, long bytes, long waits) = output.Sent;
            sums[(exchange, endpoint)] = sum with
            {
                Channels = sum.Channels + 1, Frames = sum.Frames + frames, Bytes = sum.Bytes + bytes,
                CreditWaits = sum.CreditWaits + waits,
            };
        }

        return [.. sums.Values];
    }

    /// <summary>Offers and opens the channels.</summary>
    public void Start() => ForEach(static unit => unit.Notify());

    /// <summary>Ends all units at their next turns.</summary>
    public void Stop() => ForEach(static unit => unit.Stop());

    /// <summary>Drops what lies in local queues; once nobody sends any more.</summary>
    public void Release() => ForEach(static unit => unit.Release());

    /// <summary>Lets the nodes forget the attempts of the job, which has ended.</summary>
    public void Forget()
    {
        if (job.Options.Exchange is { } route)
        {
            for (int i = 0; i <= route.Others.Count; i++)
            {
                route.Of(i).Node.Forget(job.SinkLineage);
            }
        }
    }

    /// <summary>A task is open and restored, and what its start sent lies in its outputs.</summary>
    /// <param name="task">The task.</param>
    /// <param name="taskCount">The number of tasks of the job.</param>
    public void TaskIsReady(StreamTask task, int taskCount)
    {
        if (_inputs.Count == 0)
        {
            isOpen(task);
            return;
        }

        lock (_gate)
        {
            _tasks.Add(task);
            if (_tasks.Count < taskCount)
            {
                return;
            }
        }

        foreach (RemoteOutput output in _outputs)
        {
            output.SayReady();
        }
    }

    private void InputIsReady()
    {
        if (Interlocked.Increment(ref _readyInputs) == _inputs.Count)
        {
            foreach (StreamTask task in _tasks)
            {
                isOpen(task);
            }
        }
    }

    private void ForEach(Action<ExchangeUnit> what)
    {
        foreach (RemoteOutput output in _outputs)
        {
            what(output);
        }

        foreach (RemoteInput input in _inputs)
        {
            what(input);
        }
    }
}
