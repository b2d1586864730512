using System.Collections.Generic;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sinks;
using ColumnStream.Planner.Statements;

namespace ColumnStream.Server.Results;

/// <summary>Takes the rows of the SELECT that runs now to its receiver.</summary>
internal sealed class ResultConnector : Connector
{
    public override string Name => PlannedJob.ResultConnector;

    public override IReadOnlyList<OptionDefinition> Options => [];

    public override bool CanRead => false;

    public override bool CanWrite => true;

    /// <summary>Gets or sets who receives the rows; set before a job starts.</summary>
    public ResultReceiver? Receiver { get; set; }

    public override ChangelogMode SinkChangelog(TableSpec table) => ChangelogMode.Retract;

    public override SinkInstance CreateSink(SinkContext context) => new(new ResultWriter(Receiver!), null);

    private sealed class ResultWriter(ResultReceiver receiver) : SinkWriter
    {
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
