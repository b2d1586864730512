using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.State;
using ColumnStream.Runtime.Checkpoints;
using Xunit;

namespace ColumnStream.Tests.Runtime;

// Goal: a state that a checkpoint holds in another layout is refused by name, not lost. Method: a manifest that names a state, asked
// for by a state of the same name and another layout. Without the check the job would go on with empty state.
public sealed class RestorePointTests
{
    [Theory]
    [InlineData("left@rows", "left@batches", true)]
    [InlineData("left", "left@batches", true)]
    [InlineData("right@rows", "left@batches", false)]
    [InlineData("groups", "values0", false)]
    public void State_in_another_layout_is_refused(string held, string wanted, bool isRefused)
    {
        var file = new StateFile("none", 0, 1, "", 1, IsFull: true);
        var task = new TaskSnapshot(0, 0, 1, [], [], [new StateSnapshot("u", held, [file])], []);
        var point = new RestorePoint(new Manifest(1, "job", 1, 0, 1, "", "", 16, 0, false, [task]), null!);
        using var buffers = new SizeClassPool();
        using var allocator = new BufferAllocator("test", buffers);
        void Restore() => point.Restore("u", new Nothing(wanted), new KeyGroupRange(0, 16), 1, allocator);
        if (!isRefused)
        {
            Restore();
            return;
        }

        UserException error = Assert.Throws<UserException>(Restore);
        Assert.Equal(3120, error.Code);
        Assert.Contains($"'{held}', now '{wanted}'", error.Message);
    }

    private sealed class Nothing(string name) : OperatorState
    {
        public override string Name => name;

        public override long RowCount => 0;

        public override long Bytes => 0;

        public override void BeginSnapshot(bool full)
        {
        }

        public override bool Gather(int maxRows, System.Action<ColumnStream.Arrow.RecordBatch> write) => false;

        public override void AbortSnapshot()
        {
        }

        public override void Restore(StateSnapshotReader snapshots, KeyGroupRange keyGroups) => Assert.Fail("The state's files were read.");
    }
}
