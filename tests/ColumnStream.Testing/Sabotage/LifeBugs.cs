using System;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Engine.Storage;
using ColumnStream.Runtime.Checkpoints;
using ColumnStream.Testing.Simulation;

namespace ColumnStream.Testing.Sabotage;

/// <summary>A life that began from a savepoint does not write down from which.</summary>
internal sealed class OriginForgotten : PlantedBug
{
    public override string Name => "origin forgotten";

    public override string What => "the first generation of a life does not name the savepoint: who dies before a claim leaves nothing to go on from";

    public override IObjectStore Begin(IObjectStore store, SimulatedObjectStore disk) => new Store(store);

    private sealed class Store(IObjectStore inner) : StoreDecorator(inner)
    {
        public override ValueTask<bool> TryCreateAsync(
            string name, ReadOnlyMemory<byte> content, CancellationToken cancellation = default)
        {
            if (!name.StartsWith("gen/", StringComparison.Ordinal))
            {
                return base.TryCreateAsync(name, content, cancellation);
            }

            Generation generation = JsonSerializer.Deserialize(content.Span, ManifestJson.Default.Generation)! with { RestoredFrom = null };
            byte[] record = SealedRecord.Seal(JsonSerializer.SerializeToUtf8Bytes(generation, ManifestJson.Default.Generation));
            return base.TryCreateAsync(name, record, cancellation);
        }
    }
}

/// <summary>A run knows that it was overtaken by the next run, and not by the one behind that.</summary>
internal sealed class FenceOneAhead : PlantedBug
{
    public override string Name => "fence one ahead";

    public override string What => "a run looks for its successor's number only: where two later ones began, it takes the folder for its own";

    public override IObjectStore Begin(IObjectStore store, SimulatedObjectStore disk) => new Store(store, disk);

    private sealed class Store(IObjectStore inner, SimulatedObjectStore disk) : StoreDecorator(inner)
    {
        private long _own = long.MaxValue;

        public override async ValueTask<bool> TryCreateAsync(
            string name, ReadOnlyMemory<byte> content, CancellationToken cancellation = default)
        {
            bool created = await base.TryCreateAsync(name, content, cancellation);
            _own = created && name.StartsWith("gen/", StringComparison.Ordinal) ? CheckpointStore.EpochOf(name) : _own;
            return created;
        }

        public override async ValueTask<ObjectPage> ListAsync(
            string prefix, string? after = null, int limit = 1000, CancellationToken cancellation = default)
        {
            ObjectPage page = await base.ListAsync(prefix, after, limit, cancellation);
            return prefix == "gen/" && disk.Names("gen/") is [.., { } newest] && CheckpointStore.EpochOf(newest) - 1 > _own
                ? Without(page, name => CheckpointStore.EpochOf(name) > _own)
                : page;
        }
    }
}
