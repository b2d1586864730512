using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators;
using ColumnStream.Testing.Contracts;
using ColumnStream.Testing.Reference;
using ColumnStream.Tests.Engine.Aggregates;
using Xunit;

namespace ColumnStream.Tests.Engine;

// Goal: each side of a join forgets its rows when its own time is over, and what was said of them is not taken back. Method:
// random rows under a clock that the test moves, often to the very edge, against lists with times; restored elsewhere. It
// fails when a chain still shows a row that is over, when a match is forgotten with the row that made it, or when age is lost.
public sealed class JoinTtlTests : OperatorTest
{
    private static readonly SqlField[] Fields = [new("k", SqlType.BigInt), new("v", SqlType.BigInt)];
    private static readonly Schema Input = new(Fields.Select(f => new Field(f.Name, f.Type.ToArrow(), true)).ToArray());

    [Theory]
    [InlineData(1, JoinType.Inner, 1000, 0, true)]
    [InlineData(2, JoinType.Inner, 0, 300, true)]
    [InlineData(3, JoinType.Inner, 1000, 300, true)]
    [InlineData(4, JoinType.Left, 0, 300, true)]
    [InlineData(5, JoinType.Left, 1000, 300, true)]
    [InlineData(6, JoinType.Left, 300, 0, true)]
    [InlineData(7, JoinType.Inner, 1000, 300, false)]
    [InlineData(8, JoinType.Left, 0, 300, false)]
    [InlineData(9, JoinType.Left, 1000, 300, false)]
    public void Each_side_forgets_by_its_own_time(int seed, JoinType type, long leftTtlMs, long rightTtlMs, bool inserts)
    {
        var random = new Random(seed);
        var clock = new ManualClock();
        JoinNode node = Node(type, leftTtlMs, rightTtlMs, inserts);
        using var cluster = new OperatorCluster(node, Input, [0], Allocator, Pages, false, Input, [0]) { Time = clock };
        cluster.Start(1 + random.Next(3));
        var model = new Model(type, leftTtlMs, rightTtlMs, inserts);
        for (int step = 0; step < 120; step++)
        {
            int pause = random.Next(5) switch { 0 => 300, 1 => 299, 2 => 0, 3 => 1000, _ => random.Next(200) };
            clock.Advance(TimeSpan.FromMilliseconds(pause));
            model.Now += pause;
            Feed(cluster, model, random);
            if (random.Next(10) == 0)
            {
                cluster.Wake(0);
            }

            if (random.Next(8) == 0)
            {
                Model saved = model.Copy();
                if (cluster.Interrupt(random, fullOdds: 2, mostSubtasks: 3, () => Feed(cluster, model, random)))
                {
                    model = saved;
                }
            }

            AssertSame(model.Output, cluster.Output, $"seed {seed} step {step}");
        }
    }

    [Fact]
    public void The_sweeper_takes_rows_that_are_over()
    {
        var clock = new ManualClock();
        JoinNode node = Node(JoinType.Inner, 1000, 0, inserts: true);
        using var cluster = new OperatorCluster(node, Input, [0], Allocator, Pages, false, Input, [0]) { Time = clock };
        cluster.Start(1);
        var random = new Random(1);
        object?[][] rows = [.. Enumerable.Range(0, 3000).Select(i => new object?[] { (long)i, 1L })];
        cluster.Process(rows, null, random);
        cluster.Process(rows[..1000], null, random, side: 1);
        Assert.Equal(4000, cluster.StateRows);
        clock.Advance(TimeSpan.FromMilliseconds(1000));
        for (int i = 0; i < 4; i++)
        {
            cluster.Wake(0);
        }

        Assert.Equal(1000, cluster.StateRows);
        int before = cluster.Output.Values.Sum();
        cluster.Process(rows[..10], null, random);
        Assert.Equal(before + 10, cluster.Output.Values.Sum());
    }

    private static JoinNode Node(JoinType type, long leftTtlMs, long rightTtlMs, bool inserts) =>
        new(type, [0], [0], [false], null)
        {
            Id = 2, Inputs = [0, 1], Uid = "j", Changelog = ChangelogMode.Retract, Output = [.. Fields, .. Fields],
            LeftTtlMs = leftTtlMs, RightTtlMs = rightTtlMs, LeftInsertOnly = inserts, RightInsertOnly = inserts,
        };

    private static void Feed(OperatorCluster cluster, Model model, Random random)
    {
        int side = random.Next(2);
        var rows = new List<object?[]>();
        int count = 1 + random.Next(6);
        for (int i = 0; i < count; i++)
        {
            // Rows differ, so that each has a life of its own.
            rows.Add([(long)random.Next(6), model.NextId++]);
            model.Come(side, rows[^1]);
        }

        cluster.Process(rows, null, random, side);
    }

    /// <summary>Is the join over lists of rows with the time of their last touch and the matches they found.</summary>
    private sealed class Model(JoinType type, long leftTtlMs, long rightTtlMs, bool inserts)
    {
        private readonly long[] _ttlMs = [leftTtlMs, rightTtlMs];
        private List<Row>[] _sides = [[], []];

        public Dictionary<string, int> Output { get; private init; } = [];

        public long Now { get; set; }

        public long NextId { get; set; }

        public void Come(int side, object?[] values)
        {
            var row = new Row(values, Now, 0);
            foreach (Row other in _sides[1 - side].Where(o => o.Values[0]!.Equals(values[0]) && Lives(1 - side, o)).ToList())
            {
                (Row left, Row right) = side == 0 ? (row, other) : (other, row);
                if (type == JoinType.Left && side == 1 && left.Matches == 0)
                {
                    Add(left, null, -1);
                }

                Add(left, right, 1);
                left.Matches++;
                if (type == JoinType.Left && side == 1)
                {
                    left.Touched = Now;
                }
            }

            if (type == JoinType.Left && side == 0 && row.Matches == 0)
            {
                Add(row, null, 1);
            }

            _sides[side].Add(row);
        }

        public Model Copy() => new(type, _ttlMs[0], _ttlMs[1], inserts)
        {
            Now = Now,
            NextId = NextId,
            _sides = [.. _sides.Select(side => side.Select(r => new Row(r.Values, r.Touched, r.Matches)).ToList())],
            Output = new Dictionary<string, int>(Output),
        };

        private bool Lives(int side, Row row) => _ttlMs[side] == 0 || Now - row.Touched < _ttlMs[side];

        private void Add(Row left, Row? right, int sign) =>
            Count(Output, BoxedRows.Print([.. left.Values, .. right?.Values ?? new object?[2]]), sign);
    }

    private sealed class Row(object?[] values, long touched, int matches)
    {
        public object?[] Values { get; } = values;

        public long Touched { get; set; } = touched;

        public int Matches { get; set; } = matches;
    }
}
