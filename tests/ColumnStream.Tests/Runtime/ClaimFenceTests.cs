using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Engine.Storage;
using ColumnStream.Runtime.Checkpoints;
using Xunit;

namespace ColumnStream.Tests.Runtime;

// Goal: two or three runs over one folder without a lock never commit two pasts: an epoch that anybody committed is one that every
// later run continues from, its prepared parts are never cleaned away, and no epoch is claimed twice. Method: the production store
// code of each run is stepped store call by store call through all interleavings of two runs, clean-up and floor included, and
// through seeded ones of three. Would fail if a claim that slipped in behind a newer run's look counted (leave out PutStart, or its
// second look), and if the generations were not looked at again behind the put.
public sealed class ClaimFenceTests
{
    private const int ThreeRunSchedules = 200;

    [Fact]
    public void Every_interleaving_of_a_claim_with_a_new_run_keeps_one_past()
    {
        int schedules = 0;
        int voided = 0;
        var choices = new List<(int Taken, int Of)>();
        do
        {
            int position = 0;
            using var world = new FencedFolder(ready =>
            {
                if (position == choices.Count)
                {
                    choices.Add((0, ready));
                }

                return choices[position++].Taken;
            });
            world.Play(old => old.ClaimAndCleanUp(2), next => next.StartAndClaim(1));
            world.Judge(string.Join(',', choices));
            voided += world.VoidClaims;
            schedules++;
        }
        while (Next(choices));
        Assert.InRange(schedules, 1000, 10_000);
        Assert.True(voided > 0, "No claim ever slipped in.");
    }

    [Fact]
    public void Seeded_interleavings_of_three_runs_and_their_clean_ups_keep_one_past()
    {
        int voided = 0;
        for (int seed = 1; seed <= ThreeRunSchedules; seed++)
        {
            var random = new Random(seed);
            int claims = seed % 2 == 0 ? 5 : 1;
            using var world = new FencedFolder(ready => Math.Max(random.Next(ready), random.Next(ready)));
            world.Play(old => old.ClaimAndCleanUp(2), next => next.StartAndClaim(claims), last => last.StartAndClaim(1));
            world.Judge($"seed {seed}");
            voided += world.VoidClaims;
        }

        Assert.True(voided > 0, "No claim ever slipped in.");
    }

    /// <summary>Moves on to the next list of choices; false behind the last.</summary>
    private static bool Next(List<(int Taken, int Of)> choices)
    {
        while (choices.Count > 0 && choices[^1].Taken + 1 == choices[^1].Of)
        {
            choices.RemoveAt(choices.Count - 1);
        }

        if (choices.Count == 0)
        {
            return false;
        }

        choices[^1] = (choices[^1].Taken + 1, choices[^1].Of);
        return true;
    }

    /// <summary>Is one folder with the runs that use it; one store call at a time, by choice.</summary>
    private sealed class FencedFolder : IDisposable
    {
        private readonly MemoryObjectStore _objects = new(TimeProvider.System);
        private readonly Func<int, int> _choose;
        private readonly List<Run> _runs = [];
        private readonly SemaphoreSlim _back = new(0);
        private readonly HashSet<string> _committed = new(StringComparer.Ordinal);
        private readonly HashSet<string> _removedParts = new(StringComparer.Ordinal);
        private readonly Dictionary<string, Claim> _claims = new(StringComparer.Ordinal);
        private string? _broken;

        public FencedFolder(Func<int, int> choose)
        {
            _choose = choose;
            var first = new CheckpointStore(_objects);
            Generation generation = first.Begin("run1", fresh: false);
            Assert.True(first.PutStart(generation, 0));
            var run = new Run(this, first) { Generation = generation };
            Assert.Equal(ClaimOutcome.Won, run.Claim(1));
            run.Commit(1);
        }

        public int VoidClaims { get; private set; }

        /// <summary>Steps the runs through their store calls until all are done.</summary>
        public void Play(params Action<Run>[] scripts)
        {
            for (int i = 0; i < scripts.Length; i++)
            {
                Action<Run> script = scripts[i];
                Run run = null!;
                run = new Run(this, new CheckpointStore(new SteppedStore(_objects, () => run!.Pause())));
                if (i == 0)
                {
                    run.Generation = new Generation(1, "run1", 0);
                    run.Parent = 1;
                }

                _runs.Add(run);
                run.Begin(script);
                _back.Wait();
            }

            while (true)
            {
                List<Run> ready = _runs.FindAll(static r => !r.IsDone);
                if (ready.Count == 0)
                {
                    return;
                }

                ready[ready.Count == 1 ? 0 : _choose(ready.Count)].Step();
                _back.Wait();
            }
        }

        /// <summary>A last run alone must find a past that holds everything that was committed.</summary>
        public void Judge(string schedule)
        {
            var store = new CheckpointStore(_objects);
            var last = new Run(this, store);
            last.StartAndClaim(1);
            Assert.True(_broken is null, $"{_broken} Schedule: {schedule}");
            var lineage = new HashSet<string>(StringComparer.Ordinal);
            for (Claim? claim = store.NewestClaim(); claim is not null; claim = _claims.GetValueOrDefault(Name(claim.ParentEpoch)))
            {
                lineage.Add(Key(claim));
            }

            foreach (string committed in _committed)
            {
                Assert.True(lineage.Contains(committed), $"Committed and forgotten: {committed}. Schedule: {schedule}");
            }

            VoidClaims = _objects.Find(Name(2)) is not null && !lineage.Contains(Key(Read(2))) ? 1 : 0;
        }

        public void Dispose() => _back.Dispose();

        private static string Name(long epoch) => $"claim/{epoch:D12}.json";

        private static string Key(Claim claim) => $"{claim.Epoch} of run {claim.Generation}";

        private Claim Read(long epoch)
        {
            using Stream stream = _objects.OpenRead(Name(epoch))!;
            return System.Text.Json.JsonSerializer.Deserialize(stream, ManifestJson.Default.Claim)!;
        }

        private void Note(string broken) => _broken ??= broken;

        /// <summary>Is one run of the job, up to its first claims.</summary>
        internal sealed class Run(FencedFolder folder, CheckpointStore store)
        {
            private readonly SemaphoreSlim _go = new(0);
            private readonly List<Claim> _prepared = [];

            public Generation Generation { get; set; } = new(0, "", 0);

            public long Parent { get; set; }

            public bool IsDone { get; private set; }

            public void Begin(Action<Run> script) => new Thread(() =>
            {
                Pause();
                try
                {
                    script(this);
                }
                catch (Exception failure)
                {
                    folder.Note(failure.ToString());
                }

                IsDone = true;
                folder._back.Release();
            })
            { IsBackground = true }.Start();

            public void Step() => _go.Release();

            public void Pause()
            {
                folder._back.Release();
                _go.Wait();
            }

            /// <summary>Claims and commits, then removes what is old: what a run does at each checkpoint.</summary>
            public void ClaimAndCleanUp(long epoch)
            {
                if (Claim(epoch) == ClaimOutcome.Won)
                {
                    Commit(epoch);
                    store.CleanUp(NoFailPoints.Instance, retained: 3);
                }
            }

            /// <summary>Takes the folder, commits what it continues from, removes other runs' parts, then claims.</summary>
            public void StartAndClaim(int claims)
            {
                Generation = store.Begin($"run{folder._runs.IndexOf(this) + 1}", fresh: false);
                long highest = store.HighestEpoch();
                Claim? head = store.NewestClaim();
                if (!store.PutStart(Generation, head?.Epoch ?? 0))
                {
                    return;
                }

                Parent = head?.Epoch ?? 0;
                if (head is not null)
                {
                    Commit(head);
                }

                foreach (Claim claim in folder._claims.Values)
                {
                    RemovePart(claim);
                }

                foreach (Run run in folder._runs)
                {
                    run._prepared.ForEach(RemovePart);
                }

                for (int won = 0; won < claims; highest++)
                {
                    switch (Claim(highest + 1))
                    {
                        case ClaimOutcome.Won:
                            Commit(highest + 1);
                            store.CleanUp(NoFailPoints.Instance, retained: 3);
                            won++;
                            break;
                        case ClaimOutcome.Overtaken:
                            return;
                    }
                }
            }

            public ClaimOutcome Claim(long epoch)
            {
                var manifest = new Manifest(
                    Manifest.CurrentVersion, "job", epoch, Parent, Generation.Number, Generation.Nonce, Manifest.CurrentKeyHash,
                    16, 0, false, []);
                Claim claim = store.PutManifest(manifest);
                _prepared.Add(claim);
                ClaimOutcome outcome = store.TryClaim(claim, NoFailPoints.Instance) ? ClaimOutcome.Won
                    : store.IsTakenByVoid(claim) ? ClaimOutcome.Taken : ClaimOutcome.Overtaken;
                if (outcome == ClaimOutcome.Won && !folder._claims.TryAdd(Name(epoch), Read(epoch)) && folder._claims[Name(epoch)] != claim)
                {
                    folder.Note($"Claimed twice: {epoch}.");
                }

                Parent = outcome == ClaimOutcome.Won ? epoch : Parent;
                return outcome;
            }

            public void Commit(long epoch) => Commit(Read(epoch));

            private Claim Read(long epoch) => folder.Read(epoch);

            private void Commit(Claim claim)
            {
                folder._claims.TryAdd(Name(claim.Epoch), claim);
                if (folder._removedParts.Contains(Key(claim)))
                {
                    folder.Note($"Prepared output is lost: {Key(claim)}.");
                }

                folder._committed.Add(Key(claim));
            }

            private void RemovePart(Claim claim)
            {
                if (!folder._committed.Contains(Key(claim)) && claim.Generation < Generation.Number)
                {
                    folder._removedParts.Add(Key(claim));
                }
            }
        }
    }

    private enum ClaimOutcome
    {
        Won,
        Overtaken,
        Taken,
    }

    /// <summary>Waits for its turn before each call that another run can see or that sees another run.</summary>
    private sealed class SteppedStore(IObjectStore store, Action pause) : IObjectStore
    {
        public ValueTask<bool> TryCreateAsync(
            string name, ReadOnlyMemory<byte> content, CancellationToken cancellation = default)
        {
            PauseAt(name);
            return store.TryCreateAsync(name, content, cancellation);
        }

        public IObjectWriter Create(string name) => store.Create(name);

        public ValueTask<Stream?> OpenReadAsync(
            string name, long offset = 0, long length = long.MaxValue, CancellationToken cancellation = default) =>
            store.OpenReadAsync(name, offset, length, cancellation);

        public ValueTask<ObjectInfo?> FindAsync(string name, CancellationToken cancellation = default) =>
            store.FindAsync(name, cancellation);

        public ValueTask<ObjectPage> ListAsync(
            string prefix, string? after = null, int limit = 1000, CancellationToken cancellation = default)
        {
            PauseAt(prefix);
            return store.ListAsync(prefix, after, limit, cancellation);
        }

        public ValueTask DeleteAsync(IReadOnlyList<string> names, CancellationToken cancellation = default)
        {
            PauseAt(names[0]);
            return store.DeleteAsync(names, cancellation);
        }

        public ValueTask<int> RemoveLeftoversAsync(TimeSpan age, CancellationToken cancellation = default) =>
            store.RemoveLeftoversAsync(age, cancellation);

        private void PauseAt(string name)
        {
            if (name.StartsWith("gen/", StringComparison.Ordinal) || name.StartsWith("start/", StringComparison.Ordinal)
                || name.StartsWith("claim/", StringComparison.Ordinal) || name.StartsWith("floor/0", StringComparison.Ordinal))
            {
                pause();
            }
        }
    }
}
