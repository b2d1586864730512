using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Storage;
using ColumnStream.Testing.Simulation;

namespace ColumnStream.Testing.Sabotage;

/// <summary>Files are not synced: those written last are gone when the process dies.</summary>
internal sealed class UnsyncedFiles : PlantedBug
{
    private readonly List<string> _written = [];

    public override string Name => "unsynced files";

    public override string What => "a state file is acknowledged without fsync; a kill loses the last ones, or their second halves";

    public override IObjectStore Begin(IObjectStore store, SimulatedObjectStore disk)
    {
        _written.Clear();
        return new Store(store, _written);
    }

    public override void Kill(SimulatedObjectStore disk)
    {
        for (int i = 0; i < _written.Count; i++)
        {
            disk.Lose(_written[i], half: i % 2 == 0);
        }

        _written.Clear();
    }

    private sealed class Store(IObjectStore inner, List<string> written) : StoreDecorator(inner)
    {
        public override IObjectWriter Create(string name)
        {
            written.Add(name);
            if (written.Count > 2)
            {
                // The kernel got round to the older ones.
                written.RemoveAt(0);
            }

            return base.Create(name);
        }
    }
}

/// <summary>The result of a write is not looked at: a torn file passes for a whole one.</summary>
internal sealed class TornFilesPass : PlantedBug
{
    public override string Name => "torn files pass";

    public override string What => "an error of completing a state file is not looked at";

    public override IObjectStore Begin(IObjectStore store, SimulatedObjectStore disk) => new Store(store);

    private sealed class Store(IObjectStore inner) : StoreDecorator(inner)
    {
        public override IObjectWriter Create(string name) => new Writer(base.Create(name), name);
    }

    private sealed class Writer(IObjectWriter inner, string name) : IObjectWriter
    {
        public Stream Stream => inner.Stream;

        public async ValueTask<ObjectInfo> CompleteAsync(CancellationToken cancellation = default)
        {
            try
            {
                return await inner.CompleteAsync(cancellation);
            }
            catch (ExternalException)
            {
                return new ObjectInfo(name, inner.Stream.Length, default, new ObjectChecksum(ChecksumKind.Crc32C, 0));
            }
        }

        public void Dispose() => inner.Dispose();
    }
}

/// <summary>The newest generation is read once, at the start: an older run goes on claiming.</summary>
internal sealed class ClaimWithoutFence : PlantedBug
{
    public override string Name => "claim without fence";

    public override string What => "generations that began later are not looked for before and behind a claim";

    public override IObjectStore Begin(IObjectStore store, SimulatedObjectStore disk) => new Store(store);

    private sealed class Store(IObjectStore inner) : StoreDecorator(inner)
    {
        private string? _own;

        public override async ValueTask<bool> TryCreateAsync(
            string name, ReadOnlyMemory<byte> content, CancellationToken cancellation = default)
        {
            bool created = await base.TryCreateAsync(name, content, cancellation);
            _own = created && name.StartsWith("gen/", StringComparison.Ordinal) ? name : _own;
            return created;
        }

        public override async ValueTask<ObjectPage> ListAsync(
            string prefix, string? after = null, int limit = 1000, CancellationToken cancellation = default) =>
            Without(
                await base.ListAsync(prefix, after, limit, cancellation),
                name => _own is not null && prefix == "gen/" && string.CompareOrdinal(name, _own) > 0);
    }
}

/// <summary>The claim is put behind the commit.</summary>
internal sealed class CommitBeforeClaim : PlantedBug
{
    public override string Name => "commit before claim";

    public override string What => "sinks commit when the manifest is there; the claim follows with the marker";

    public override IObjectStore Begin(IObjectStore store, SimulatedObjectStore disk) => new Store(store);

    private sealed class Store(IObjectStore inner) : StoreDecorator(inner)
    {
        private (string Name, byte[] Content)? _late;

        public override async ValueTask<bool> TryCreateAsync(
            string name, ReadOnlyMemory<byte> content, CancellationToken cancellation = default)
        {
            if (name.StartsWith("claim/", StringComparison.Ordinal))
            {
                _late = (name, content.ToArray());
                return true;
            }

            if (_late is { } claim)
            {
                _late = null;
                await base.TryCreateAsync(claim.Name, claim.Content, cancellation);
            }

            return await base.TryCreateAsync(name, content, cancellation);
        }
    }
}

/// <summary>Clean-up goes by number: files of older epochs that newer ones still name are deleted.</summary>
internal sealed class CleanUpByNumber : PlantedBug
{
    public override string Name => "clean-up by number";

    public override string What => "every file below the floor is deleted, also the base of a chain that a retained manifest names";

    public override IObjectStore Begin(IObjectStore store, SimulatedObjectStore disk) => new Store(store, disk);

    private sealed class Store(IObjectStore inner, SimulatedObjectStore disk) : StoreDecorator(inner)
    {
        public override async ValueTask DeleteAsync(IReadOnlyList<string> names, CancellationToken cancellation = default)
        {
            await base.DeleteAsync(names, cancellation);
            if (names.Any(n => n.StartsWith("ckpt/", StringComparison.Ordinal)) && disk.Names("floor/") is { Count: > 0 } floors)
            {
                string floor = "ckpt/" + floors[^1]["floor/".Length..^".json".Length];
                await base.DeleteAsync([.. disk.Names("ckpt/").Where(n => string.CompareOrdinal(n, floor) < 0)], cancellation);
            }
        }
    }
}

/// <summary>No answer is taken for a no: the claim may stand, and the run says that another one has it.</summary>
internal sealed class NoAnswerIsNo : PlantedBug
{
    public override string Name => "no answer is no";

    public override string What => "a claim whose put got no answer is taken for one that another run won";

    public override IObjectStore Begin(IObjectStore store, SimulatedObjectStore disk) => new Store(store);

    private sealed class Store(IObjectStore inner) : StoreDecorator(inner)
    {
        private string? _lost;

        public override async ValueTask<bool> TryCreateAsync(
            string name, ReadOnlyMemory<byte> content, CancellationToken cancellation = default)
        {
            try
            {
                return await base.TryCreateAsync(name, content, cancellation);
            }
            catch (ExternalException) when (name.StartsWith("claim/", StringComparison.Ordinal))
            {
                _lost = name;
                return false;
            }
        }

        public override ValueTask<Stream?> OpenReadAsync(
            string name, long offset = 0, long length = long.MaxValue, CancellationToken cancellation = default) => name == _lost
            ? new ValueTask<Stream?>((Stream?)null)
            : base.OpenReadAsync(name, offset, length, cancellation);
    }
}

/// <summary>A newest checkpoint that cannot be read is passed over.</summary>
internal sealed class SilentFallback : PlantedBug
{
    public override string Name => "silent fallback";

    public override string What => "when the newest manifest is damaged, the one before is restored without a word";

    public override IObjectStore Begin(IObjectStore store, SimulatedObjectStore disk) => new Store(store, disk);

    private sealed class Store(IObjectStore inner, SimulatedObjectStore disk) : StoreDecorator(inner)
    {
        public override async ValueTask<ObjectPage> ListAsync(
            string prefix, string? after = null, int limit = 1000, CancellationToken cancellation = default) =>
            Without(
                await base.ListAsync(prefix, after, limit, cancellation),
                name => prefix == "claim/" && StoreJudge.ManifestOf(disk, name) is null);
    }
}

/// <summary>The end of a job is not recorded.</summary>
internal sealed class EndForgotten : PlantedBug
{
    public override string Name => "end forgotten";

    public override string What => "a finished job leaves no terminal record, and is run again";

    public override IObjectStore Begin(IObjectStore store, SimulatedObjectStore disk) => new Store(store);

    private sealed class Store(IObjectStore inner) : StoreDecorator(inner)
    {
        public override ValueTask<bool> TryCreateAsync(
            string name, ReadOnlyMemory<byte> content, CancellationToken cancellation = default) => name == "terminal.json"
            ? new ValueTask<bool>(true)
            : base.TryCreateAsync(name, content, cancellation);
    }
}
