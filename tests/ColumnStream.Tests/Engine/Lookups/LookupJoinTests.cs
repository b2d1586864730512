using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Arrow;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Lookups;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Testing.Reference;
using Xunit;

namespace ColumnStream.Tests.Engine.Lookups;

// Goal: each row comes out once with all rows of its key, whatever the other system does; nothing overtakes a watermark; caches keep what
// their options say and no longer. Method: a table whose questions a test answers late, out of order, with failures; a clock of the test;
// snapshots with questions on their way, restored with everything after them lost. Leaving rows in flight out of the snapshot, emitting a
// watermark from Advance, or taking any answer for the first of the queue each fails the first test.
public sealed class LookupJoinTests : OperatorTest
{
    private static readonly SqlField[] Left = [new("id", SqlType.BigInt), new("k", SqlType.BigInt)];

    public static TheoryData<int> Seeds() => SeedsUpTo(120, "COLUMNSTREAM_LOOKUP_SEEDS");

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Rows_come_out_once_with_what_their_key_has(int seed)
    {
        var random = new Random(seed);
        FakeLookups system = System(random, keys: 12);
        system.MaxKeys = random.Next(1, 6);
        system.MaxRequests = random.Next(3) == 0 ? 1 : 100;
        LookupCache cache = (LookupCache)(seed % 3);
        bool isOrdered = seed / 3 % 2 == 0;
        JoinType type = seed / 6 % 2 == 0 ? JoinType.Inner : JoinType.Left;
        bool hasResidual = seed / 12 % 2 == 0;
        int faults = random.Next(4);
        system.Failure = () => faults-- > 0 ? new ExternalException(5000, "away", retryable: true) : null;
        LookupJoinNode node = Node(cache, type) with
        {
            IsOrdered = isOrdered,
            Policy = new LookupPolicy(random.Next(1, 6), 0, 5, 0, 0),
            Residual = !hasResidual ? null : new CallExpression(
                "<>", [new ColumnExpression(3, SqlType.String), new LiteralExpression("v1", SqlType.String)], SqlType.Boolean),
        };
        node = node with { Options = node.Options with { MaxRows = random.Next(1, 8) } };
        using var harness = new LookupHarness(node, SchemaOf(Left), system, Allocator, Pages);
        var input = new List<object>();
        for (int i = 0; i < 30; i++)
        {
            input.Add(random.Next(4) == 0 ? (long)i : Enumerable.Range(0, random.Next(1, 6))
                .Select(r => new object?[] { (100L * i) + r, random.Next(6) == 0 ? null : (object)(long)random.Next(15) }).ToArray());
        }

        List<List<RecordBatch>> files = [];
        (int Input, int Output) saved = (-1, 0);
        int lives = random.Next(3);
        bool wasKilled = false;
        for (int at = 0; at <= input.Count; at++)
        {
            while (harness.IsFull || (system.Open > 0 && random.Next(2) == 0))
            {
                Step(harness, system, random);
            }

            if (random.Next(6) == 0)
            {
                Release(files);
                files = harness.Snapshot();
                saved = (at, harness.Output.Count);
            }
            else if (saved.Input >= 0 && lives > 0 && random.Next(8) == 0)
            {
                lives--;
                wasKilled = true;
                harness.Restore(files);
                at = saved.Input;
                harness.Output.RemoveRange(saved.Output, harness.Output.Count - saved.Output);
            }

            if (at < input.Count && input[at] is long watermark)
            {
                harness.Watermark(watermark);
            }
            else if (at < input.Count)
            {
                harness.Process((object?[][])input[at]);
            }
        }

        harness.Finish();
        harness.AnswerAll(random);
        Release(files);
        string what = $"seed {seed}: {node.Describe()}";
        List<string> expected = Model(input, system, type, hasResidual);
        if (wasKilled)
        {
            // Watermarks that waited come as one, behind all rows that waited.
            CheckNotOvertaken(expected, harness.Output, what);
        }
        else
        {
            Check(expected, harness.Output, isOrdered || cache == LookupCache.Full, what);
        }
    }

    [Theory]
    [InlineData(LookupCache.None)]
    [InlineData(LookupCache.Partial)]
    [InlineData(LookupCache.Full)]
    public void One_key_with_many_rows_comes_in_chunks(LookupCache cache)
    {
        var system = new FakeLookups { AnswersAtOnce = true };
        for (int i = 0; i < 3000; i++)
        {
            system.Rows.Add([7L, $"v{i}"]);
        }

        using var harness = new LookupHarness(Node(cache, JoinType.Left), SchemaOf(Left), system, Allocator, Pages);
        harness.Process([[1L, 7L], [2L, 7L], [3L, null], [4L, 7L]]);
        harness.AnswerAll(new Random(1));
        Assert.Equal(9001, harness.Output.Count);
        Assert.Equal(9001, harness.Output.Distinct().Count());
    }

    [Fact]
    public void Rows_wait_when_as_many_questions_are_open_as_may_be()
    {
        var random = new Random(1);
        FakeLookups system = System(random, keys: 5);
        LookupJoinNode node = Node(LookupCache.None, JoinType.Inner) with { Policy = new LookupPolicy(3, 0, 0, 0, 0) };
        using var harness = new LookupHarness(node, SchemaOf(Left), system, Allocator, Pages);
        int sent = 0;
        for (; !harness.IsFull; sent++)
        {
            harness.Process([[(long)sent, 1L + sent]]);
        }

        Assert.Equal(3, sent);
        Assert.Equal(3, system.MostOpen);
        system.Answer(random);
        system.Answer(random);
        system.Answer(random);
        harness.Drain();
        Assert.False(harness.IsFull);
        Assert.False(harness.IsAwaiting);
    }

    [Fact]
    public void A_lookup_that_fails_for_a_while_works_in_the_end()
    {
        FakeLookups system = System(new Random(1), keys: 3);
        system.AnswersAtOnce = true;
        int faults = 3;
        system.Failure = () => faults-- > 0 ? new ExternalException(5000, "away", retryable: true) : null;
        LookupJoinNode node = Node(LookupCache.None, JoinType.Left) with { Policy = new LookupPolicy(10, 10_000, 3, 0, 0) };
        using var harness = new LookupHarness(node, SchemaOf(Left), system, Allocator, Pages);
        harness.Process([[1L, 99L]]);
        Assert.Empty(harness.Output);

        // The pauses are 100, 200 and 400 ms: nobody is asked before they are over.
        harness.Advance(99);
        Assert.Equal(1, system.Questions);
        harness.Advance(1);
        Assert.Equal(2, system.Questions);
        harness.Advance(199);
        Assert.Equal(2, system.Questions);
        harness.Advance(1);
        harness.Advance(400);
        Assert.Equal(4, system.Questions);
        Assert.Equal(["1|99|NULL|NULL"], harness.Output.Select(Plain));
        Assert.Equal(3, harness.Counters["lookupRetries"]);
    }

    [Fact]
    public void A_lookup_that_keeps_failing_names_table_and_key()
    {
        FakeLookups system = System(new Random(1), keys: 3);
        system.AnswersAtOnce = true;
        system.Failure = () => new ExternalException(5000, "away", retryable: true);
        LookupJoinNode node = Node(LookupCache.None, JoinType.Left) with { Policy = new LookupPolicy(10, 0, 1, 0, 0) };
        using var harness = new LookupHarness(node, SchemaOf(Left), system, Allocator, Pages);
        harness.Process([[1L, 41L], [2L, 42L]]);
        var error = Assert.Throws<ExternalException>(() => harness.Advance(100));
        Assert.Equal(5030, error.Code);
        Assert.Contains("after 2 attempts: table dim, key k = 41 and 1 more: away", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lookup_that_is_never_answered_names_table_and_key()
    {
        FakeLookups system = System(new Random(1), keys: 3);
        LookupJoinNode node = Node(LookupCache.Partial, JoinType.Left) with { Policy = new LookupPolicy(10, 3_000, 3, 0, 0) };
        using var harness = new LookupHarness(node, SchemaOf(Left), system, Allocator, Pages);
        harness.Process([[1L, 41L]]);
        harness.Advance(2_999);
        var error = Assert.Throws<ExternalException>(() => harness.Advance(1));
        Assert.Equal(5031, error.Code);
        Assert.Contains("within 3000 ms: table dim, key k = 41.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_without_rows_is_asked_for_again_where_a_hint_says_so()
    {
        FakeLookups system = System(new Random(1), keys: 0);
        system.Rows.Add([1L, "one"]);
        system.AnswersAtOnce = true;
        LookupJoinNode node = Node(LookupCache.None, JoinType.Left) with { Policy = new LookupPolicy(10, 0, 0, 2, 1_000) };
        using var harness = new LookupHarness(node, SchemaOf(Left), system, Allocator, Pages);
        harness.Process([[1L, 1L], [2L, 2L]]);
        Assert.Equal([1L, 2L], system.Asked);
        harness.Advance(1_000);
        Assert.Equal([1L, 2L, 2L], system.Asked);
        system.Rows.Add([2L, "two"]);
        harness.Advance(1_000);
        Assert.Equal([1L, 2L, 2L, 2L], system.Asked);
        Assert.Equal(["1|1|1|one", "2|2|2|two"], harness.Output.Select(Plain));
    }

    [Fact]
    public void A_partial_cache_forgets_by_age_by_use_and_by_number()
    {
        FakeLookups system = System(new Random(1), keys: 0);
        system.Rows.AddRange([[1L, "one"], [2L, "two"], [3L, "three"]]);
        system.AnswersAtOnce = true;
        LookupJoinNode node = Node(LookupCache.Partial, JoinType.Left);
        node = node with { Options = node.Options with { MaxRows = 2, AfterWriteMs = 1_000, AfterAccessMs = 400 } };
        using var harness = new LookupHarness(node, SchemaOf(Left), system, Allocator, Pages);
        void Ask(long key) => harness.Process([[0L, key]]);
        Ask(1);
        Ask(2);
        Ask(1);
        Assert.Equal([1L, 2L], system.Asked);

        // The third key pushes out the one that was not asked for again.
        Ask(3);
        Ask(1);
        Assert.Equal([1L, 2L, 3L], system.Asked);
        Ask(2);
        Assert.Equal([1L, 2L, 3L, 2L], system.Asked);

        // Read at 0, asked at 300, 600 and 900: too old at 1,000 whatever its use.
        Ask(1);
        Assert.Equal([1L, 2L, 3L, 2L], system.Asked);
        foreach (long pause in new[] { 300, 300, 300 })
        {
            harness.Advance(pause);
            Ask(1);
        }

        Assert.Equal(4, system.Asked.Count);
        harness.Advance(100);
        Ask(1);
        Assert.Equal(5, system.Asked.Count);
        harness.Advance(399);
        Ask(1);
        Assert.Equal(5, system.Asked.Count);
        harness.Advance(400);
        Ask(1);
        Assert.Equal(6, system.Asked.Count);
        Assert.Equal(system.Asked.Count, harness.Counters["cacheMisses"]);
        Assert.Equal(harness.Output.Count, harness.Counters["cacheMisses"] + harness.Counters["cacheHits"]);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 2)]
    public void Keys_without_rows_are_remembered_where_the_option_says_so(bool keeps, int questions)
    {
        FakeLookups system = System(new Random(1), keys: 0);
        system.AnswersAtOnce = true;
        LookupJoinNode node = Node(LookupCache.Partial, JoinType.Left);
        node = node with { Options = node.Options with { KeepsMissing = keeps } };
        using var harness = new LookupHarness(node, SchemaOf(Left), system, Allocator, Pages);
        harness.Process([[1L, 5L]]);
        harness.Process([[2L, 5L]]);
        Assert.Equal(questions, system.Questions);
        Assert.Equal(2, harness.Output.Count);
    }

    [Fact]
    public void A_full_cache_is_read_again_and_answers_meanwhile()
    {
        FakeLookups system = System(new Random(1), keys: 0);
        for (long i = 0; i < 10; i++)
        {
            system.Rows.Add([i, "old"]);
        }

        LookupJoinNode node = Node(LookupCache.Full, JoinType.Left);
        node = node with { Options = node.Options with { ReloadMs = 1_000 } };
        using var harness = new LookupHarness(node, SchemaOf(Left), system, Allocator, Pages);
        harness.Process([[1L, 4L]]);
        system.Rows.ForEach(row => row[1] = "new");
        harness.Advance(999);
        harness.Process([[2L, 4L]]);
        Assert.Equal(1, system.Scans);
        harness.Advance(1);
        Assert.Equal(2, system.Scans);
        harness.Process([[3L, 4L]]);
        Assert.Equal(["1|4|4|old", "2|4|4|old", "3|4|4|new"], harness.Output.Select(Plain));
        Assert.Equal(2, harness.Counters["cacheLoads"]);
    }

    [Fact]
    public void Changes_look_up_anew_and_keep_their_kind()
    {
        FakeLookups system = System(new Random(1), keys: 0);
        system.Rows.AddRange([[1L, "one"], [2L, "two"]]);
        using var harness = new LookupHarness(
            Node(LookupCache.Full, JoinType.Inner) with { IsUnique = true }, SchemaOf(Left), system, Allocator, Pages);
        harness.Process(
            [[1L, 1L], [1L, 1L], [1L, 2L], [9L, 9L], [1L, 2L]],
            [RowKind.Insert, RowKind.UpdateBefore, RowKind.UpdateAfter, RowKind.Insert, RowKind.Delete]);
        Assert.Equal(["1|1|1|one", "-1|1|1|one", "1|2|2|two", "-1|2|2|two"], harness.Output.Select(Plain));
    }

    [Fact]
    public void Upserts_drop_old_images_and_take_away_what_finds_nothing()
    {
        FakeLookups system = System(new Random(1), keys: 0);
        system.Rows.AddRange([[1L, "one"], [2L, "two"]]);
        LookupJoinNode node = Node(LookupCache.Full, JoinType.Inner) with { IsUnique = true, GivesUpserts = true };
        using var harness = new LookupHarness(node, SchemaOf(Left), system, Allocator, Pages);
        harness.Process(
            [[1L, 1L], [1L, 1L], [1L, 9L], [2L, 2L], [2L, 2L]],
            [RowKind.Insert, RowKind.UpdateBefore, RowKind.UpdateAfter, RowKind.Insert, RowKind.Delete]);
        Assert.Equal(["1|1|1|one", "-1|9|NULL|NULL", "2|2|2|two", "-2|2|NULL|NULL"], harness.Output.Select(Plain));
    }

    [Fact]
    public void A_written_plan_reads_back_equal()
    {
        var source = new SourceNode(new TableSpec("t", "script", [.. Left], [], [], [], "test"), [0, 1])
        {
            Id = 0, Output = [.. Left], Uid = "s",
        };
        LookupJoinNode node = Node(LookupCache.Partial, JoinType.Left) with
        {
            Constants = [new LiteralExpression("5", SqlType.BigInt)],
            Computed = [new ColumnExpression(0, SqlType.BigInt), new ColumnExpression(1, SqlType.String)],
            Filter = new CallExpression("IS NOT NULL", [new ColumnExpression(1, SqlType.String)], SqlType.Boolean),
            Columns = [0, 3], Partition = [1], GivesUpserts = true, IsUnique = true, IsOrdered = false,
        };
        var graph = new JobGraph(new PhysicalPlan([source, node]), [new Fragment(0, [0, 1], 1)], []);
        Assert.Equal(graph, PlanCodec.Read(PlanCodec.Write(graph)));
    }

    private static string Plain(string row) => row.Replace("null", "NULL", StringComparison.OrdinalIgnoreCase);

    private static FakeLookups System(Random random, int keys)
    {
        var system = new FakeLookups();
        for (int key = 0; key < keys; key++)
        {
            for (int n = random.Next(4); n > 0; n--)
            {
                system.Rows.Add([(long)key, n == 3 ? $"a text that is long {key}" : $"v{n}"]);
            }
        }

        system.Rows.Add([null, "nobody"]);
        return system;
    }

    private static LookupJoinNode Node(LookupCache cache, JoinType type) => new(
        type, new TableSpec("dim", "fake", FakeLookups.Columns, [], [], [], "test"), [0, 1], [1], [0], null)
    {
        Id = 1, Inputs = [0], Output = [.. Left, .. FakeLookups.Columns], Uid = "u", Right = FakeLookups.Columns,
        Options = new LookupOptions(cache, 1000, 0, 0, KeepsMissing: true, 3, 0, ReloadsAtRate: false, null),
        Policy = new LookupPolicy(100, 0, 3, 0, 0),
    };

    private static void Step(LookupHarness harness, FakeLookups system, Random random)
    {
        if (system.Open > 0)
        {
            system.Answer(random);
            harness.Drain();
        }
        else
        {
            harness.Advance(100);
        }
    }

    private static List<string> Model(List<object> input, FakeLookups system, JoinType type, bool hasResidual)
    {
        var expected = new List<string>();
        foreach (object element in input)
        {
            if (element is long watermark)
            {
                expected.Add(watermark.ToString(CultureInfo.InvariantCulture));
                continue;
            }

            foreach (object?[] row in (object?[][])element)
            {
                object?[][] found =
                [
                    .. system.Rows.Where(r => row[1] is not null && Equals(r[0], row[1]) && !(hasResidual && (string?)r[1] == "v1")),
                ];
                expected.AddRange(found.Select(f => BoxedRows.Print([.. row, .. f])));
                if (found.Length == 0 && type == JoinType.Left)
                {
                    expected.Add(BoxedRows.Print([.. row, null, null]));
                }
            }
        }

        return expected;
    }

    private static void Release(List<List<RecordBatch>> files) => files.ForEach(file => file.ForEach(batch => batch.Release()));

    /// <summary>Compares all rows, and lets no watermark come before a row that it came behind; the last one comes.</summary>
    private static void CheckNotOvertaken(List<string> expected, List<string> found, string what)
    {
        static IEnumerable<string> Rows(IEnumerable<string> all) => all.Where(r => r.Contains('|', StringComparison.Ordinal));
        AssertChanges([.. Rows(expected)], [.. Rows(found)], what);
        string? last = expected.LastOrDefault(r => !r.Contains('|', StringComparison.Ordinal));
        Assert.True(last is null || found.Contains(last), $"{what}: the last watermark is lost");
        for (int i = 0; i < found.Count; i++)
        {
            if (!found[i].Contains('|', StringComparison.Ordinal))
            {
                int place = expected.IndexOf(found[i]);
                Assert.True(place >= 0, $"{what}: watermark {found[i]} was never sent");
                string[] late = [.. Rows(expected.Take(place)).Except(found.Take(i))];
                Assert.True(late.Length == 0, $"{what}: watermark {found[i]} overtook {string.Join("; ", late)}");
            }
        }
    }

    /// <summary>Compares sections between watermarks: as sets, and ordered also by the order of the rows that asked.</summary>
    private static void Check(List<string> expected, List<string> found, bool isOrdered, string what)
    {
        static List<List<string>> Sections(List<string> rows)
        {
            List<List<string>> sections = [[]];
            foreach (string row in rows)
            {
                if (row.Contains('|', StringComparison.Ordinal))
                {
                    sections[^1].Add(row);
                }
                else
                {
                    sections.Add([]);
                }
            }

            return sections;
        }

        List<List<string>> wanted = Sections(expected);
        List<List<string>> given = Sections(found);
        Assert.True(wanted.Count == given.Count, $"{what}: {given.Count - 1} watermarks instead of {wanted.Count - 1}");
        for (int i = 0; i < wanted.Count; i++)
        {
            Assert.True(
                wanted[i].Order(StringComparer.Ordinal).SequenceEqual(given[i].Order(StringComparer.Ordinal)),
                $"{what}, before watermark {i}: missing {string.Join("; ", wanted[i].Except(given[i]))}, "
                + $"too much {string.Join("; ", given[i].Except(wanted[i]))}");
            static IEnumerable<string> Askers(List<string> rows) => rows.Select(r => r.Split('|')[0]).Distinct();
            Assert.True(!isOrdered || Askers(wanted[i]).SequenceEqual(Askers(given[i])), $"{what}: order before watermark {i}");
        }
    }
}
