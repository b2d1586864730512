using System.Collections.Generic;
using System.Linq;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Plan;
using Xunit;

namespace ColumnStream.Testing.Contracts;

/// <summary>States what every exactly-once sink keeps over crashes. Method: kill it between any two calls.</summary>
public abstract class SinkContract
{
    /// <summary>Gets the connector.</summary>
    protected abstract Connector Connector { get; }

    /// <summary>Gets an insert-only table of the columns id BIGINT and name STRING.</summary>
    protected abstract TableSpec Table { get; }

    /// <summary>Starts a run of the sink.</summary>
    protected virtual SinkRun Start() => new(Connector, Table);

    [Fact]
    public virtual void Rows_become_visible_with_their_epoch_and_not_before()
    {
        using var run = Start();
        run.Write(1, 2);
        Assert.Empty(ReadVisible());
        IReadOnlyList<string> committables = run.Sink.Prepare(1);
        run.Write(3);
        Assert.Empty(ReadVisible());
        run.Sink.Commit(1, committables);
        Assert.Equal([1, 2], ReadVisible().Order());
        run.Finish(2);
        Assert.Equal([1, 2, 3], ReadVisible().Order());
    }

    [Fact]
    public virtual void Committing_twice_shows_rows_once()
    {
        IReadOnlyList<string> committables;
        using (var run = Start())
        {
            run.Write(1, 2);
            committables = run.Finish(1);
            run.Sink.Commit(1, committables);
        }

        using var again = Start();
        again.Sink.Commit(1, committables);
        again.Sink.CleanUp();
        Assert.Equal([1, 2], ReadVisible().Order());
    }

    [Fact]
    public virtual void A_crash_between_prepare_and_commit_loses_nothing()
    {
        IReadOnlyList<string> committables;
        using (var run = Start())
        {
            run.Write(1, 2);
            committables = run.Sink.Prepare(1);
            run.Write(3);
        }

        using var again = Start();
        again.Sink.Commit(1, committables);
        again.Sink.CleanUp();
        again.Write(3);
        again.Finish(2);
        Assert.Equal([1, 2, 3], ReadVisible().Order());
    }

    [Fact]
    public virtual void A_crash_before_the_claim_leaves_nothing_visible()
    {
        using (var run = Start())
        {
            run.Write(1, 2);
            run.Sink.Prepare(1);
        }

        using var again = Start();
        again.Sink.CleanUp();
        Assert.Empty(ReadVisible());
        again.Write(1, 2);
        again.Finish(2);
        Assert.Equal([1, 2], ReadVisible().Order());
    }

    [Fact]
    public virtual void An_epoch_without_rows_is_empty()
    {
        using var run = Start();
        Assert.Empty(run.Finish(1));
        Assert.Empty(ReadVisible());
    }

    /// <summary>Reads the ids that a reader of the table sees.</summary>
    protected abstract IReadOnlyList<long> ReadVisible();
}
