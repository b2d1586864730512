using ColumnStream.Runtime.Transport;

namespace ColumnStream.Testing.Transport;

/// <summary>Is nodes of one process on real threads.</summary>
public sealed class InProcessWorld : ThreadedWorld
{
    private readonly InProcessTransport _transport;

    public InProcessWorld() => _transport = new InProcessTransport(Executor);

    public override ITransport TransportOf(int node) => _transport;

    public override TransportEndpoint DeadEndpoint() => new("nobody");

    public override TransportEndpoint FreeEndpoint() => new("");

    protected override void Close()
    {
        Wait(_transport.DisposeAsync().AsTask());
        base.Close();
    }
}
