using System.Collections.Generic;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Server.Introspection;
using Xunit;

namespace ColumnStream.Tests.Server.Introspection;

/// <summary>Goal: the growth that sys.operators shows is what checkpoints say. Method: records of known sizes and times.</summary>
public sealed class OperatorsTableTests
{
    [Fact]
    public void Growth_is_bytes_a_second_between_the_last_two_checkpoints()
    {
        CheckpointRecord former = At(1_000, 500);
        Assert.Equal(250.0, OperatorsTable.Growth([former, At(3_000, 1_000)], "agg"));
        Assert.Equal(-50.0, OperatorsTable.Growth([former, At(3_000, 400)], "agg"));
        Assert.Null(OperatorsTable.Growth([former], "agg"));
        Assert.Null(OperatorsTable.Growth([former, At(1_000, 900)], "agg"));
        Assert.Null(OperatorsTable.Growth([former, At(3_000, 900)], "join"));

        static CheckpointRecord At(long ms, long bytes) =>
            new(1, "CHECKPOINT", ms) { StateBytesOf = new Dictionary<string, long> { ["agg"] = bytes } };
    }
}
