using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow.Memory;
using ColumnStream.Runtime.Tasks;
using ColumnStream.Runtime.Transport;

namespace ColumnStream.Testing.Simulation;

/// <summary>
/// Is a network under virtual time whose every delay and fault follows from a seed: messages go as bytes, channels of a link overtake
/// each other, and links are cut, fall silent in one direction, lose, double and change messages.
/// </summary>
/// <param name="executor">Gives turns and time.</param>
/// <param name="seed">Draws delays and faults.</param>
/// <param name="memory">Pays for what arrives.</param>
/// <param name="faults">How often things go wrong.</param>
/// <param name="others">Networks of other processes, each with time of its own; a connection may stray to a node of the same name there.</param>
public sealed class SimulatedTransport(
    SimExecutor executor, int seed, BufferAllocator memory, WireFaults? faults = null, IReadOnlyCollection<SimulatedTransport>? others = null)
    : ITransport
{
    private readonly Random _random = new(seed);
    private readonly Dictionary<string, Listener> _listeners = new(StringComparer.Ordinal);
    private readonly List<SimulatedLink> _links = [];
    private readonly Dictionary<string, long> _partedUntilNs = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> _faultsByKind = new(StringComparer.Ordinal);
    private readonly JobShare _share = new();
    private int _names;

    /// <summary>Gets the number of faults that happened.</summary>
    public int Faults { get; private set; }

    /// <summary>Gets the number of faults by kind.</summary>
    public IReadOnlyDictionary<string, int> FaultsByKind => _faultsByKind;

    /// <summary>Gets or sets the number of the one message that is lost whatever the rates are, or less than zero.</summary>
    public long LosesMessage { get; set; } = -1;

    /// <summary>Gets the number of messages that were sent.</summary>
    public long Messages { get; private set; }

    /// <summary>Gets or sets what is told before a connection is made; the process may stand still there.</summary>
    public Action? Connecting { get; set; }

    internal SimExecutor Executor => executor;

    internal Random Random => _random;

    internal BufferAllocator Memory => memory;

    internal WireFaults Rates { get; private set; } = faults ?? WireFaults.None;

    internal JobShare Share => _share;

    public ValueTask<ITransportListener> ListenAsync(
        TransportEndpoint endpoint, ITransportHost host, CancellationToken cancellation = default)
    {
        string address = endpoint.Address.Length > 0 ? endpoint.Address : $"sim-{++_names}";
        var listener = new Listener(_listeners, new TransportEndpoint(address), host);
        _listeners.Add(address, listener);
        return new ValueTask<ITransportListener>(listener);
    }

    public TransportLink Connect(TransportEndpoint endpoint, ILinkHandler handler)
    {
        Connecting?.Invoke();
        SimulatedTransport place = Place(endpoint.Address);
        SimulatedLink near = Pair(endpoint.Address, handler, place, out SimulatedLink far);
        if (!place._listeners.TryGetValue(endpoint.Address, out Listener? listener))
        {
            near.Close(TransportFailure.Lost(endpoint.Address, "Nobody listens there."));
            return near;
        }

        far.Accept(listener.Host);
        if (Draw(Rates.Twice, nameof(WireFaults.Twice)))
        {
            Pair(endpoint.Address, new Deaf(), place, out SimulatedLink ghost);
            ghost.Accept(listener.Host);
            near.Ghost = ghost;
        }

        return near;
    }

    public async ValueTask<ReadOnlyMemory<byte>> RequestAsync(
        TransportEndpoint endpoint, ReadOnlyMemory<byte> request, TimeSpan timeout, CancellationToken cancellation = default)
    {
        if (!_listeners.TryGetValue(endpoint.Address, out Listener? listener))
        {
            throw TransportFailure.Lost(endpoint.Address, "Nobody listens there.");
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        bool isLost = Draw(Rates.Lose, nameof(WireFaults.Lose));
        var question = new InProcessRequest(
            executor, _share, isLost ? new Silence() : listener.Host, request.ToArray(), timeout, endpoint.Address, ending);
        using CancellationTokenRegistration registration = cancellation.Register(question.Cancel);
        executor.WakeAt(question, executor.Now + Delay());
        return await question.Answer;
    }

    /// <summary>Cuts all links, as if the process at the other end died.</summary>
    public void CutAll()
    {
        foreach (SimulatedLink link in _links)
        {
            link.Close(TransportFailure.Lost(link.Peer, "The link was cut."));
        }
    }

    /// <summary>Lets nothing go wrong any more; what went wrong stays.</summary>
    public void Calm() => Rates = WireFaults.None;

    /// <summary>Lets most connections from now on lead to other processes' nodes: they have the names now.</summary>
    public void Stray() => Rates = Rates with { Stray = 0.7 };

    /// <summary>Counts a message that is sent; returns whether it is the one that is lost.</summary>
    internal bool CountsLost() => Messages++ == LosesMessage;

    /// <summary>Loses no other message alone.</summary>
    internal void LoseNoMore() => Rates = Rates with { LoseOne = 0 };

    public ValueTask DisposeAsync()
    {
        foreach (SimulatedLink link in _links)
        {
            link.Close(null);
            link.ReleaseAll();
        }

        _listeners.Clear();
        return default;
    }

    /// <summary>Draws whether something of a rate happens; none is drawn for what never does.</summary>
    internal bool Draw(double rate, string kind)
    {
        bool happens = rate > 0 && _random.NextDouble() < rate;
        if (happens)
        {
            Faults++;
            _faultsByKind[kind] = _faultsByKind.GetValueOrDefault(kind) + 1;
        }

        return happens;
    }

    /// <summary>Draws when a message that leaves now arrives, as its receiver counts time; perhaps its node is parted from the others, or is from now on.</summary>
    internal long Arrival(string node, SimulatedTransport receiver)
    {
        long now = executor.Now;
        if (Draw(Rates.Part, nameof(WireFaults.Part)))
        {
            _partedUntilNs[node] = now + (_random.Next(1, 60_000) * 1_000_000L);
        }

        long due = Math.Max(now, _partedUntilNs.GetValueOrDefault(node)) + Delay();
        return receiver == this ? due : receiver.Executor.Now + due - now;
    }

    private long Delay() => _random.Next(0, 20) == 0 ? _random.Next(0, 5_000_000) : _random.Next(0, 50_000);

    /// <summary>Draws where a connection leads: to the node of this process, or to one that has its name in another.</summary>
    private SimulatedTransport Place(string address)
    {
        SimulatedTransport[] there = [.. (others ?? []).Where(o => o != this && o._listeners.ContainsKey(address))];
        return there.Length > 0 && Draw(Rates.Stray, nameof(WireFaults.Stray)) ? there[_random.Next(there.Length)] : this;
    }

    private SimulatedLink Pair(string node, ILinkHandler handler, SimulatedTransport place, out SimulatedLink far)
    {
        var near = new SimulatedLink(this, node, node, _links.Count);
        _links.Add(near);
        far = new SimulatedLink(place, $"sim-client-{place._links.Count}", node, place._links.Count);
        place._links.Add(far);
        near.Bind(far, handler);
        far.Bind(near, null);
        return near;
    }

    private sealed class Listener(Dictionary<string, Listener> listeners, TransportEndpoint endpoint, ITransportHost host)
        : ITransportListener
    {
        public TransportEndpoint Endpoint => endpoint;

        public ITransportHost Host => host;

        public ValueTask DisposeAsync()
        {
            listeners.Remove(endpoint.Address);
            return default;
        }
    }

    private sealed class Deaf : ILinkHandler
    {
        public void Received(WireMessage message) => message.Release();

        public void Lost(Exception? failure)
        {
        }
    }

    private sealed class Silence : ITransportHost
    {
        public ILinkHandler Accept(TransportLink link) => throw new InvalidOperationException("Nobody is there.");

        public async ValueTask<ReadOnlyMemory<byte>> AnswerAsync(ReadOnlyMemory<byte> request, CancellationToken cancellation)
        {
            var end = new TaskCompletionSource();
            using CancellationTokenRegistration registration = cancellation.Register(() => end.TrySetResult());
            await end.Task;
            throw new OperationCanceledException(cancellation);
        }
    }
}
