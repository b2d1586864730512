using System.Collections.Generic;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sinks;
using ColumnStream.Engine.Sources;

namespace ColumnStream.Testing.Jobs;

/// <summary>Reads a memory log and writes a memory ledger.</summary>
public sealed class MemoryConnector(MemoryLog log, MemoryLedger ledger, bool pauses = false) : Connector
{
    public override string Name => "memory";

    public override IReadOnlyList<OptionDefinition> Options => [];

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool IsBounded(TableSpec table) => true;

    public override SinkGuarantee Guarantee(TableSpec table) => SinkGuarantee.ExactlyOnce;

    public override ChangelogMode SinkChangelog(TableSpec table) => ChangelogMode.Retract;

    public override SourceReader CreateReader(SourceContext context)
    {
        var fields = new Field[context.Table.Columns.Count];
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = new Field(context.Table.Columns[i].Name, context.Table.Columns[i].Type.ToArrow());
        }

        return new MemoryReader(log, context, new Schema(fields), pauses);
    }

    public override SinkInstance CreateSink(SinkContext context) => new(null, new MemorySink(ledger, context));
}
