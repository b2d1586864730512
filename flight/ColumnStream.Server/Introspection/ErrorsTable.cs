using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Connectors;

namespace ColumnStream.Server.Introspection;

/// <summary>Is <c>sys.errors</c>: what failed and what was warned of in jobs of this process, the newest thousand.</summary>
/// <remarks>reported_at · job_id: as in sys.jobs · severity: error, warning · code: CST and four digits, NULL for warnings · message.</remarks>
internal sealed class ErrorsTable(JobDirectory jobs) : SystemTable
{
    /// <inheritdoc/>
    public override string Name => "errors";

    /// <inheritdoc/>
    public override string Doc => "Lists errors and warnings of the jobs of this process.";

    /// <inheritdoc/>
    public override ValueList<SqlField> Columns { get; } =
    [
        new("reported_at", SystemTypes.Instant.WithNullable(false)),
        new("job_id", SystemTypes.Text), new("severity", SystemTypes.Text),
        new("code", SqlType.String), new("message", SystemTypes.Text),
    ];

    /// <inheritdoc/>
    public override IEnumerable<object?[]> Rows() => jobs.Errors().Select(error => new object?[]
    {
        error.AtMs, error.JobId, error.Severity, error.Code is int code ? $"CST{code:D4}" : null, error.Message,
    });
}
