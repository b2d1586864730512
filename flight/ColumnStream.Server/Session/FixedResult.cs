using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Server.Results;

namespace ColumnStream.Server.Session;

/// <summary>Is a result that is there as a whole: a table of text, or a count alone.</summary>
/// <param name="rows">The rows, which are the result's, or null.</param>
internal sealed class FixedResult(RecordBatch? rows) : StatementResult
{
    private RecordBatch? _rows = rows;

    /// <summary>Makes a table of text.</summary>
    public static FixedResult Of(StatementAnswer answer, BufferAllocator allocator)
    {
        var columns = new ArrayData[answer.Columns.Count];
        var fields = new SqlField[columns.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            fields[i] = new SqlField(answer.Columns[i], SqlType.String);
            using var cells = new ViewBuilder(DataType.Utf8View, allocator, answer.Rows.Count);
            foreach (ValueList<string> row in answer.Rows)
            {
                cells.Append(System.Text.Encoding.UTF8.GetBytes(row[i]));
            }

            columns[i] = cells.Finish();
        }

        Schema schema = BatchQueue.SchemaOf(ValueList.Create<SqlField>(fields));
        return new FixedResult(answer.HasRows ? new RecordBatch(schema, columns, answer.Rows.Count) : null)
        {
            Schema = schema, Summary = answer.Summary, UpdateCount = answer.UpdateCount,
        };
    }

    /// <summary>Gives the rows to a result that tells of a job.</summary>
    public FixedResult With(string jobId, long updateCount) => new(Interlocked.Exchange(ref _rows, null))
    {
        Schema = Schema, Summary = Summary, JobId = jobId, UpdateCount = updateCount,
    };

    /// <inheritdoc/>
    public override ValueTask<RecordBatch?> ReadAsync(CancellationToken cancellation)
    {
        RecordBatch? taken = Interlocked.Exchange(ref _rows, null);
        return ValueTask.FromResult(taken);
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        Interlocked.Exchange(ref _rows, null)?.Release();
        return ValueTask.CompletedTask;
    }
}
