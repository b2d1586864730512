using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using ColumnStream.Arrow.Memory;
using ColumnStream.Runtime.Tasks;
using ColumnStream.Runtime.Transport;

namespace ColumnStream.Testing.Transport;

/// <summary>Is some nodes in one network, of one transport; at the end nothing may be left of what was lent.</summary>
public abstract class TransportWorld : IDisposable
{
    private readonly List<TransportNode> _nodes = [];

    protected TransportWorld()
    {
        Memory = new BufferAllocator("network", Pool);
    }

    /// <summary>Gets what pays for all frames.</summary>
    public BufferAllocator Memory { get; }

    /// <summary>Gets what runs the nodes.</summary>
    public abstract Executor Executor { get; }

    /// <summary>Gets whether other threads than the test's move messages.</summary>
    public virtual bool HasThreads => true;

    protected BufferPool Pool { get; } = BufferPools.FromEnvironment();

    /// <summary>Makes a node.</summary>
    public TransportNode Node(TransportOptions? options = null)
    {
        var node = new TransportNode(TransportOf(_nodes.Count), Executor, options);
        _nodes.Add(node);
        return node;
    }

    /// <summary>Lets a node listen at a free place.</summary>
    public TransportEndpoint Listen(TransportNode node) => Get(node.ListenAsync(FreeEndpoint()));

    /// <summary>Gets a transport to speak over without a node: another one than the nodes'.</summary>
    public abstract ITransport TransportOf(int node);

    /// <summary>Names a place where nobody listens.</summary>
    public abstract TransportEndpoint DeadEndpoint();

    /// <summary>Names a place to listen at.</summary>
    public abstract TransportEndpoint FreeEndpoint();

    /// <summary>Lets the world go on until something holds.</summary>
    /// <exception cref="TimeoutException">It does not come.</exception>
    public abstract void Until(Func<bool> condition, string what);

    /// <summary>Lets the world go on until a task ends, and returns what it gives.</summary>
    public T Get<T>(ValueTask<T> value)
    {
        Task<T> task = value.AsTask();
        Until(() => task.IsCompleted, "a task ends");
        return task.GetAwaiter().GetResult();
    }

    /// <summary>Lets the world go on until a task ends.</summary>
    public void Wait(Task task)
    {
        Until(() => task.IsCompleted, "a task ends");
        task.GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        foreach (TransportNode node in _nodes)
        {
            Wait(node.DisposeAsync().AsTask());
        }

        Close();
        Memory.Dispose();
        Pool.Dispose();
    }

    /// <summary>Closes transports, then what ran them.</summary>
    protected abstract void Close();
}
