using System;
using System.Collections.Generic;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sinks;
using ColumnStream.Engine.Sources;

namespace ColumnStream.Testing.Sabotage;

/// <summary>Stands before a connector and spoils its readers or its sinks.</summary>
internal sealed class ConnectorDecorator(
    Connector inner, Func<SourceReader, SourceReader>? readers = null,
    Func<TwoPhaseCommittingSink, TwoPhaseCommittingSink>? sinks = null) : Connector
{
    public override string Name => inner.Name;

    public override IReadOnlyList<OptionDefinition> Options => inner.Options;

    public override bool CanRead => inner.CanRead;

    public override bool CanWrite => inner.CanWrite;

    public override bool IsBounded(TableSpec table) => inner.IsBounded(table);

    public override ChangelogMode SourceChangelog(TableSpec table) => inner.SourceChangelog(table);

    public override ChangelogMode SinkChangelog(TableSpec table) => inner.SinkChangelog(table);

    public override SinkGuarantee Guarantee(TableSpec table) => inner.Guarantee(table);

    public override SourceReader CreateReader(SourceContext context) =>
        readers is null ? inner.CreateReader(context) : readers(inner.CreateReader(context));

    public override SinkInstance CreateSink(SinkContext context)
    {
        SinkInstance sink = inner.CreateSink(context);
        return sinks is null ? sink : sink with { TwoPhase = sinks(sink.TwoPhase!) };
    }
}

/// <summary>Passes everything on to another reader; bugs override what they spoil.</summary>
internal abstract class ReaderDecorator(SourceReader inner) : SourceReader
{
    public override bool HasSplits => inner.HasSplits;

    public override string? CurrentSplit => inner.CurrentSplit;

    public override bool ForgetsSplits => inner.ForgetsSplits;

    public override long? RowsBetween(string split, string? from, string to) => inner.RowsBetween(split, from, to);

    public override void Restore(IReadOnlyList<SplitState> splits) => inner.Restore(splits);

    public override SourcePoll Poll(out StreamBatch? batch) => inner.Poll(out batch);

    public override ValueList<SplitState> Snapshot() => inner.Snapshot();

    public override void OnEpochCommitted(long epoch) => inner.OnEpochCommitted(epoch);

    protected override void Dispose(bool disposing) => inner.Dispose();
}

/// <summary>Passes everything on to another sink; bugs override what they spoil.</summary>
internal abstract class SinkDecorator(TwoPhaseCommittingSink inner) : TwoPhaseCommittingSink
{
    public override void Write(StreamBatch batch) => inner.Write(batch);

    public override void Finish() => inner.Finish();

    public override IReadOnlyList<string> Prepare(long epoch) => inner.Prepare(epoch);

    public override void Commit(long epoch, IReadOnlyList<string> committables) => inner.Commit(epoch, committables);

    public override void CleanUp() => inner.CleanUp();

    protected override void Dispose(bool disposing) => inner.Dispose();
}
