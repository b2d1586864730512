using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Flight.Sql.Backend;
using ColumnStream.Server.Session;

namespace ColumnStream.Server.Hosting;

/// <summary>Is a prepared statement of a session for Flight SQL's service.</summary>
/// <param name="owner">The session.</param>
/// <param name="memory">Pays for what is cast.</param>
/// <param name="prepared">The statement.</param>
/// <param name="isBasic">Whether the client wants types that older readers know.</param>
/// <param name="maxRows">The rows behind which a result without end is over, or null.</param>
internal sealed class FlightStatement(
    FlightSession owner, BufferAllocator memory, PreparedStatement prepared, bool isBasic, long? maxRows) : ISqlStatement
{
    /// <summary>The rows of parameters that one INSERT takes at once.</summary>
    private const int RowsAtOnce = 10_000;

    /// <inheritdoc/>
    public bool IsUpdate => !prepared.Statement.IsQuery;

    /// <inheritdoc/>
    public Schema ResultSchema { get; } = isBasic ? BasicTypes.SchemaOf(prepared.Columns) : prepared.Schema;

    /// <inheritdoc/>
    public Schema ParameterSchema => prepared.ParameterSchema;

    /// <inheritdoc/>
    public async ValueTask<ISqlResult> QueryAsync(RecordBatch? parameters, CancellationToken cancellation)
    {
        try
        {
            IReadOnlyList<ValueList<LiteralExpression>> rows = Rows(parameters, 1);
            int row = 0;
            StatementResult first = await RunAsync(rows[row++], waits: null, cancellation);
            return new FlightResult(ResultSchema, first, async token =>
                row < rows.Count ? await RunAsync(rows[row++], waits: null, token) : null)
            {
                Basic = isBasic && BasicTypes.Differ(prepared.Columns) ? new BasicTypes(prepared.Columns, memory) : null,
                MaxRows = maxRows ?? long.MaxValue,
                Memory = memory,
            };
        }
        catch (Exception failure) when (ErrorStatus.Of(failure) is not null && !cancellation.IsCancellationRequested)
        {
            throw ErrorStatus.Wrap(failure);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<long> UpdateAsync(RecordBatch? parameters, CancellationToken cancellation)
    {
        try
        {
            long sum = 0;
            int count = prepared.ParameterTypes.Count;
            int atOnce = count > 0 && prepared.Statement.Repeated(1) is not null ? Math.Max(1, RowsAtOnce / count) : 1;
            foreach (ValueList<LiteralExpression> values in Rows(parameters, atOnce))
            {
                StatementResult result = await RunAsync(values, waits: true, cancellation);
                await using (result)
                {
                    sum = sum < 0 || result.UpdateCount < 0 ? -1 : sum + result.UpdateCount;
                }
            }

            return sum;
        }
        catch (Exception failure) when (ErrorStatus.Of(failure) is not null && !cancellation.IsCancellationRequested)
        {
            throw ErrorStatus.Wrap(failure);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static List<ValueList<LiteralExpression>> Rows(RecordBatch? parameters, int atOnce)
    {
        if (parameters is null)
        {
            return [default];
        }

        var rows = new List<ValueList<LiteralExpression>>();
        for (int from = 0; from < parameters.Length; from += atOnce)
        {
            var values = new List<LiteralExpression>();
            for (int row = from; row < Math.Min(parameters.Length, from + atOnce); row++)
            {
                values.AddRange(ParameterReader.Read(parameters, row));
            }

            rows.Add(ValueList.From(values));
        }

        return rows.Count == 0 ? [default] : rows;
    }

    private Task<StatementResult> RunAsync(ValueList<LiteralExpression> values, bool? waits, CancellationToken cancellation) =>
        owner.Current().ExecuteAsync(prepared, values, waits, cancellation);
}
