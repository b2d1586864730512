using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Storage;
using ColumnStream.Runtime.Checkpoints;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Runtime.Tasks;
using ColumnStream.Testing.Jobs;
using ColumnStream.Testing.Sabotage;
using Xunit;

namespace ColumnStream.Tests.Runtime;

// Goal: a run that stands still in its start while another one claims and clears away says that it was overtaken, never that a
// checkpoint is damaged; and one that only looked goes on from what is newest by then. Method: the other run lives and dies inside
// one call of the first one's store, behind each of its lists and before each of its reads. Would fail if a missing file were told
// before the generations are looked at once more.
public sealed class TakeoverTests
{
    private readonly MemoryObjectStore _store = new(TimeProvider.System);
    private readonly MemoryLedger _ledger = new();
    private readonly MemoryLog _log = MemoryLog.Random(new Random(7), splits: 2, rowsPerSplit: 2000, keys: 50);

    public static TheoryData<string, bool> Calls()
    {
        var calls = new TheoryData<string, bool>();
        foreach (bool isBegun in new[] { false, true })
        {
            foreach (string call in new[] { "list claim/", "list start/", "read claim/", "read ckpt/" })
            {
                calls.Add(call, isBegun);
            }
        }

        return calls;
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public void Who_is_overtaken_in_its_start_says_so(string call, bool isBegun)
    {
        // Something to restore.
        Assert.Null(Run(_store, "first", new Death(FailPoint.AfterClaim, 4)));
        var interrupted = new Interrupted(_store, call, isBegun, () =>
            Assert.Null(Run(_store, "other", new Death(FailPoint.AfterMarker, 6))));
        Exception? failure = Record.Exception(() =>
        {
            if (Run(interrupted, "slow", null) is { } ended)
            {
                throw ended;
            }
        });
        Assert.True(interrupted.IsOver, "The other run never came.");
        if (isBegun)
        {
            ExternalException overtaken = Assert.IsType<ExternalException>(failure);
            Assert.True(overtaken.Code == 5010, overtaken.Message);
            Assert.Null(Run(_store, "last", null));
        }
        else
        {
            Assert.Null(failure);
        }

        Assert.Null(MemoryJob.Difference(_log, _ledger));
    }

    private Exception? Run(IObjectStore store, string nonce, Death? death)
    {
        try
        {
            RunningJob job = MemoryRun.Play(
                _log, _ledger,
                new JobOptions("test")
                {
                    Checkpoints = store, CheckpointInterval = TimeSpan.FromMicroseconds(20), MaxRows = 16, Nonce = nonce,
                },
                death);
            Assert.True(death is null, $"The job did not die: {job.Status} {job.Failure}");
            return job.Failure;
        }
        catch (SimulatedCrashException)
        {
            return null;
        }
    }

    private sealed class Death(string point, int hit) : IFailPoints
    {
        private int _hits;

        public void Hit(string name)
        {
            if (name == point && ++_hits == hit)
            {
                throw new SimulatedCrashException(name);
            }
        }
    }

    /// <summary>Lets another run live and die behind a list or before a read, once, before or behind the first run's generation.</summary>
    private sealed class Interrupted(IObjectStore inner, string call, bool isBegun, Action other) : StoreDecorator(inner)
    {
        private bool _hasBegun;

        public bool IsOver { get; private set; }

        public override ValueTask<bool> TryCreateAsync(
            string name, ReadOnlyMemory<byte> content, CancellationToken cancellation = default)
        {
            _hasBegun |= name.StartsWith("gen/", StringComparison.Ordinal);
            return base.TryCreateAsync(name, content, cancellation);
        }

        public override async ValueTask<ObjectPage> ListAsync(
            string prefix, string? after = null, int limit = 1000, CancellationToken cancellation = default)
        {
            ObjectPage page = await base.ListAsync(prefix, after, limit, cancellation);
            Interrupt("list " + prefix);
            return page;
        }

        public override ValueTask<Stream?> OpenReadAsync(
            string name, long offset = 0, long length = long.MaxValue, CancellationToken cancellation = default)
        {
            Interrupt("read " + name);
            return base.OpenReadAsync(name, offset, length, cancellation);
        }

        private void Interrupt(string name)
        {
            if (_hasBegun == isBegun && !IsOver && name.StartsWith(call, StringComparison.Ordinal))
            {
                IsOver = true;
                other();
            }
        }
    }
}
