using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Sources;
using ColumnStream.Engine.Storage;
using ColumnStream.Testing.Jobs;
using ColumnStream.Testing.Simulation;

namespace ColumnStream.Testing.Sabotage;

/// <summary>A job that begins again in its process goes on from the claims that it knew when the process began.</summary>
internal sealed class RestartFromOldClaim : PlantedBug
{
    public override string Name => "restart from an old claim";

    public override string What => "an attempt takes the claims that its process listed first for all that there are";

    public override IObjectStore Begin(IObjectStore store, SimulatedObjectStore disk) => new Store(store, disk);

    private sealed class Store(IObjectStore inner, SimulatedObjectStore disk) : StoreDecorator(inner)
    {
        private readonly HashSet<string> _known = [.. disk.Names("claim/")];
        private int _attempts;
        private bool _isStarting = true;

        public override async ValueTask<bool> TryCreateAsync(
            string name, ReadOnlyMemory<byte> content, CancellationToken cancellation = default)
        {
            bool created = await base.TryCreateAsync(name, content, cancellation);
            _attempts += created && name.StartsWith("gen/", StringComparison.Ordinal) ? 1 : 0;
            _isStarting = name.StartsWith("gen/", StringComparison.Ordinal)
                || (_isStarting && !name.StartsWith("start/", StringComparison.Ordinal));
            return created;
        }

        public override async ValueTask<ObjectPage> ListAsync(
            string prefix, string? after = null, int limit = 1000, CancellationToken cancellation = default) =>
            Without(
                await base.ListAsync(prefix, after, limit, cancellation),
                name => _attempts > 1 && _isStarting && prefix == "claim/" && !_known.Contains(name));
    }
}

/// <summary>A reader that is made again in the same process goes on where the last one stood.</summary>
internal sealed class ReaderNotMadeAnew : PlantedBug
{
    private readonly Dictionary<string, SplitState> _given = new(StringComparer.Ordinal);

    public override string Name => "reader not made anew";

    public override string What => "a job that begins again in its process keeps its readers where they stand";

    public override IObjectStore Begin(IObjectStore store, SimulatedObjectStore disk)
    {
        _given.Clear();
        return store;
    }

    public override Connector Change(Connector connector, MemoryLedger ledger) =>
        new ConnectorDecorator(connector, readers: reader => new Reader(reader, _given));

    private sealed class Reader(SourceReader inner, Dictionary<string, SplitState> given) : ReaderDecorator(inner)
    {
        public override void Restore(IReadOnlyList<SplitState> splits)
        {
            var stood = new List<SplitState>();
            foreach (SplitState split in splits)
            {
                stood.Add(given.GetValueOrDefault(split.SplitId) ?? split);
            }

            base.Restore(stood);
        }

        public override SourcePoll Poll(out StreamBatch? batch)
        {
            SourcePoll found = base.Poll(out batch);
            foreach (SplitState split in Snapshot())
            {
                given[split.SplitId] = split;
            }

            return found;
        }
    }
}
