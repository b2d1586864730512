using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using Xunit;

namespace ColumnStream.Tests.Engine;

/// <summary>Which nodes a plan still needs. Goal: an input ends early only when no sink gets its rows; method: plans drawn by hand.</summary>
public sealed class PhysicalPlanTests
{
    [Theory]
    [InlineData("2", "0 1 2 3 4 5 6")]
    [InlineData("4", "0 3 4 5 6")]
    [InlineData("2 4", "0 3 4 5 6")]
    [InlineData("6", "1 2 4 5 6")]
    [InlineData("2 4 6", "4 5 6")]
    public void An_input_is_needed_while_one_way_to_a_sink_takes_rows(string satisfied, string needed)
    {
        // 0 and 1 are sources; 2 reads 1, 3 reads 0, 4 reads 1 and 2, 5 is a sink behind 4, 6 one behind 3.
        int[][] inputs = [[], [], [1], [0], [1, 2], [4], [3]];
        var plan = new PhysicalPlan(ValueList.Create<PhysicalNode>(
            [.. inputs.Select(static (from, id) => new LimitNode(0, 1) { Id = id, Uid = "", Output = [], Inputs = ValueList.Create<int>(from) })]));
        HashSet<int> found = plan.NeededFor(satisfied.Split(' ').Select(int.Parse).ToHashSet());
        Assert.Equal(needed.Split(' ').Select(int.Parse), found.Order());
    }
}
