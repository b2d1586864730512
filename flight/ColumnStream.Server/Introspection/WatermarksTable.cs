using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Connectors;

namespace ColumnStream.Server.Introspection;

/// <summary>Is <c>sys.watermarks</c>: one row an operator of each job, with the least watermark that left its subtasks.</summary>
/// <remarks>
/// job, job_id, node, operator: as in sys.operators · watermark: NULL before the first one and behind the end of the input ·
/// is_ended: whether the input ended, which is the last watermark.
/// </remarks>
internal sealed class WatermarksTable(JobDirectory jobs) : SystemTable
{
    /// <inheritdoc/>
    public override string Name => "watermarks";

    /// <inheritdoc/>
    public override string Doc => "Lists how far event time got in each operator of the jobs of this process.";

    /// <inheritdoc/>
    public override ValueList<SqlField> Columns { get; } =
    [
        new("job", SystemTypes.Number), new("job_id", SystemTypes.Text), new("node", SystemTypes.Number),
        new("operator", SystemTypes.Text), new("watermark", SystemTypes.Instant),
        new("is_ended", SqlType.Boolean.WithNullable(false)),
    ];

    /// <inheritdoc/>
    public override IEnumerable<object?[]> Rows() =>
        from entry in jobs.Jobs()
        from node in entry.Metrics.Nodes
        select new object?[]
        {
            entry.Number, entry.Job.JobId, (long)node.NodeId, node.Name,
            SystemTypes.Watermark(node.WatermarkMs), node.WatermarkMs == long.MaxValue,
        };
}
