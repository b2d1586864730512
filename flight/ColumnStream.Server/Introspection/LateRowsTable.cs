using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Connectors;

namespace ColumnStream.Server.Introspection;

/// <summary>Is <c>sys.late_rows</c>: one row an operator that left rows out because their time was over.</summary>
/// <remarks>
/// job, job_id, node, uid, operator: as in sys.operators · late_rows: how many · watermark: the least one that left its
/// subtasks, NULL before the first and behind the end. The rows themselves go to the table that
/// <c>table.exec.late-rows.table</c> names.
/// </remarks>
internal sealed class LateRowsTable(JobDirectory jobs) : SystemTable
{
    /// <inheritdoc/>
    public override string Name => "late_rows";

    /// <inheritdoc/>
    public override string Doc => "Counts the rows that operators of the jobs of this process left out as late.";

    /// <inheritdoc/>
    public override ValueList<SqlField> Columns { get; } =
    [
        new("job", SystemTypes.Number), new("job_id", SystemTypes.Text), new("node", SystemTypes.Number),
        new("uid", SystemTypes.Text), new("operator", SystemTypes.Text), new("late_rows", SystemTypes.Number),
        new("watermark", SystemTypes.Instant),
    ];

    /// <inheritdoc/>
    public override IEnumerable<object?[]> Rows() =>
        from entry in jobs.Jobs()
        from node in entry.Metrics.Nodes
        let late = node.Counters.GetValueOrDefault("lateRows")
        where late > 0
        select new object?[]
        {
            entry.Number, entry.Job.JobId, (long)node.NodeId, node.Uid, node.Name, late,
            SystemTypes.Watermark(node.WatermarkMs),
        };
}
