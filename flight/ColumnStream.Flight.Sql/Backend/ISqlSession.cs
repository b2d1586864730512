using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;

namespace ColumnStream.Flight.Sql.Backend;

/// <summary>
/// Is one client's current catalog, options and statements. Calls of one session may overlap: several results may be open.
/// Disposing it ends what still runs for it, except jobs that a statement started to outlive it.
/// </summary>
public interface ISqlSession : IAsyncDisposable
{
    /// <summary>Parses and binds one statement; nothing runs yet.</summary>
    /// <exception cref="GrpcException">The statement is wrong: the message shows line and caret.</exception>
    ValueTask<ISqlStatement> PrepareAsync(string sql, CancellationToken cancellation);

    /// <summary>
    /// Appends rows to a table, or makes it first, as <paramref name="target"/> says; gives the number of rows once they are safe.
    /// </summary>
    /// <param name="target">Where the rows go.</param>
    /// <param name="rows">The rows, read by the session until they end; disposed by the caller.</param>
    /// <param name="cancellation">Ends the work; rows already safe stay.</param>
    ValueTask<long> IngestAsync(SqlIngest target, ISqlResult rows, CancellationToken cancellation);

    /// <summary>Lists catalogs by name.</summary>
    ValueTask<IReadOnlyList<string>> CatalogsAsync(CancellationToken cancellation);

    /// <summary>Lists schemas of all catalogs.</summary>
    ValueTask<IReadOnlyList<SqlSchemaName>> SchemasAsync(CancellationToken cancellation);

    /// <summary>
    /// Lists the tables and views for which <paramref name="filter"/> holds; those that it refuses need not be described.
    /// </summary>
    /// <param name="filter">Whether a table of this name and type is wanted.</param>
    /// <param name="columns">Whether columns are wanted too.</param>
    /// <param name="cancellation">Ends the call.</param>
    ValueTask<IReadOnlyList<SqlTable>> TablesAsync(Func<SqlTable, bool> filter, bool columns, CancellationToken cancellation);

    /// <summary>Gets the options that are set in this session: text, long, double, bool or a list of texts by name.</summary>
    ValueTask<IReadOnlyDictionary<string, object>> OptionsAsync(CancellationToken cancellation);

    /// <summary>Sets an option, <c>catalog</c> and <c>schema</c> among them; null takes it back to its default.</summary>
    ValueTask<SqlOptionResult> SetOptionAsync(string name, object? value, CancellationToken cancellation);
}
