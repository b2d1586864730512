using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Lookups;
using ColumnStream.Engine.Operators.LookupJoin;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sources;
using ColumnStream.Testing.Reference;

namespace ColumnStream.Tests.Engine.Lookups;

/// <summary>Is a table (k BIGINT, v STRING) that another system holds: questions wait until a test answers them, in any order.</summary>
internal sealed class FakeLookups : Connector
{
    public static readonly ValueList<SqlField> Columns = [new("k", SqlType.BigInt), new("v", SqlType.String)];

    private readonly List<Question> _open = [];

    /// <summary>Gets the table's rows, which may change.</summary>
    public List<object?[]> Rows { get; } = [];

    /// <summary>Gets or sets the most keys of a question.</summary>
    public int MaxKeys { get; set; } = 1000;

    /// <summary>Gets or sets the most questions at once.</summary>
    public int MaxRequests { get; set; } = int.MaxValue;

    /// <summary>Gets or sets whether questions are answered when they are asked.</summary>
    public bool AnswersAtOnce { get; set; }

    /// <summary>Gets or sets what a question fails with, or null.</summary>
    public Func<Exception?> Failure { get; set; } = static () => null;

    /// <summary>Gets the keys of all questions so far.</summary>
    public List<object?> Asked { get; } = [];

    /// <summary>Gets the number of questions so far.</summary>
    public int Questions { get; private set; }

    /// <summary>Gets the most questions that were open at once.</summary>
    public int MostOpen { get; private set; }

    /// <summary>Gets how often the whole table was read.</summary>
    public int Scans { get; private set; }

    public int Open => _open.Count;

    public override string Name => "fake";

    public override IReadOnlyList<OptionDefinition> Options => [];

    public override bool CanRead => true;

    public override bool CanWrite => false;

    public override LookupAbility Lookup(TableSpec table) => new(default, LookupCache.None, CanScan: true);

    public override LookupTable CreateLookup(LookupContext context) => new Table(this, context);

    public override SourceReader CreateReader(SourceContext context)
    {
        Scans++;
        return new Reader([.. Rows], context);
    }

    /// <summary>Answers one of the open questions.</summary>
    public void Answer(Random random)
    {
        Question question = _open[random.Next(_open.Count)];
        _open.Remove(question);
        Finish(question);
    }

    private void Finish(Question question)
    {
        if (Failure() is { } failure)
        {
            question.Done.SetException(failure);
            return;
        }

        var found = new List<object?[]>();
        var keyOf = new List<int>();
        for (int key = 0; key < question.Keys.Count; key++)
        {
            foreach (object?[] row in Rows.Where(r => Equals(r[0], question.Keys[key])))
            {
                found.Insert(found.Count / 2, row);
                keyOf.Insert(keyOf.Count / 2, key);
            }
        }

        Schema schema = LookupRows.SchemaOf(Columns);
        RecordBatch rows = BoxedRows.ToBatch(schema, found, question.Context.Allocator);
        question.Done.SetResult(new LookupAnswer(rows, [.. keyOf]));
    }

    private sealed record Question(List<object?> Keys, LookupContext Context, TaskCompletionSource<LookupAnswer> Done);

    private sealed class Table(FakeLookups system, LookupContext context) : LookupTable
    {
        public override int MaxKeys => system.MaxKeys;

        public override int MaxRequests => system.MaxRequests;

        public override ValueTask<LookupAnswer> LookupAsync(RecordBatch keys, CancellationToken cancellation)
        {
            var question = new Question(
                [.. Enumerable.Range(0, keys.Length).Select(i => BoxedRows.Value(keys.Columns[0], i))], context,
                new TaskCompletionSource<LookupAnswer>());
            system.Questions++;
            system.Asked.AddRange(question.Keys);
            if (system.AnswersAtOnce)
            {
                system.Finish(question);
            }
            else
            {
                system._open.Add(question);
                system.MostOpen = Math.Max(system.MostOpen, system._open.Count);
                cancellation.Register(() =>
                {
                    if (system._open.Remove(question))
                    {
                        question.Done.SetCanceled(cancellation);
                    }
                });
            }

            return new ValueTask<LookupAnswer>(question.Done.Task);
        }
    }

    private sealed class Reader(List<object?[]> rows, SourceContext context) : SourceReader
    {
        private int _next;

        public override void Restore(IReadOnlyList<SplitState> splits)
        {
        }

        public override SourcePoll Poll(out StreamBatch? batch)
        {
            batch = null;
            if (_next >= rows.Count)
            {
                return SourcePoll.End;
            }

            object?[][] part = [.. rows.Skip(_next).Take(2).Select(r => context.Projection.Select(c => r[c]).ToArray())];
            _next += 2;
            Schema schema = LookupRows.SchemaOf(ValueList.From(context.Projection.Select(c => Columns[c])));
            batch = new StreamBatch(BoxedRows.ToBatch(schema, part, context.Allocator));
            return SourcePoll.Batch;
        }

        public override ValueList<SplitState> Snapshot() => default;
    }
}
