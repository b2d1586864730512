using System;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Flight.Sql.Backend;

/// <summary>Is one prepared statement; it may run many times, also at once. Disposing it closes no result that is open.</summary>
public interface ISqlStatement : IAsyncDisposable
{
    /// <summary>
    /// Gets whether the statement has no result set of its own (DDL, INSERT, SET): clients then ask for a count. Run as a query it
    /// still answers with a small table.
    /// </summary>
    bool IsUpdate { get; }

    /// <summary>Gets the columns of what <see cref="QueryAsync"/> gives.</summary>
    Schema ResultSchema { get; }

    /// <summary>
    /// Gets a column for each parameter, in order, with the type that was found for it; empty without parameters.
    /// </summary>
    Schema ParameterSchema { get; }

    /// <summary>Runs the statement, once for each row of parameters one after the other, and gives the rows as they come.</summary>
    /// <param name="parameters">
    /// A column for each parameter, castable to its type; null without parameters. Borrowed until the task ends.
    /// </param>
    /// <param name="cancellation">Ends the start; disposing the result ends the rest.</param>
    ValueTask<ISqlResult> QueryAsync(RecordBatch? parameters, CancellationToken cancellation);

    /// <summary>
    /// Runs the statement for its effect, once for each row of parameters, and gives the number of rows changed, or -1 if unknown.
    /// </summary>
    /// <param name="parameters">
    /// A column for each parameter, castable to its type; null without parameters. Borrowed until the task ends.
    /// </param>
    /// <param name="cancellation">Ends the work.</param>
    ValueTask<long> UpdateAsync(RecordBatch? parameters, CancellationToken cancellation);
}
