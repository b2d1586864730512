using System.Collections.Generic;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sinks;
using ColumnStream.Planner.Statements;

namespace ColumnStream.Server.Results;

/// <summary>Takes the rows of one SELECT to its receiver; without one it serves planning only.</summary>
internal sealed class ResultConnector(ResultReceiver? receiver) : Connector
{
    public override string Name => PlannedJob.ResultConnector;

    public override IReadOnlyList<OptionDefinition> Options => [];

    public override bool CanRead => false;

    public override bool CanWrite => true;

    public override ChangelogMode SinkChangelog(TableSpec table) => ChangelogMode.Retract;

    public override SinkInstance CreateSink(SinkContext context)
    {
        ResultReceiver target = receiver ?? throw new InvariantException(9001, "Rows of a SELECT have no receiver.");
        target.OnRoom(context.Wake);
        return new SinkInstance(new ResultWriter(target), null);
    }

    private sealed class ResultWriter(ResultReceiver receiver) : SinkWriter
    {
        public override bool IsFull => receiver.IsFull;

        public override void Write(StreamBatch batch)
        {
            lock (receiver)
            {
                receiver.Receive(batch);
            }
        }

        public override void Flush()
        {
        }
    }
}
