using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Options;
using ColumnStream.Flight.Sql.Backend;
using ColumnStream.Planner.Catalogs;
using ColumnStream.Planner.Settings;
using ColumnStream.Server.Introspection.Schemas;
using ColumnStream.Server.Results;
using ColumnStream.Server.Security;
using ColumnStream.Server.Session;
using ColumnStream.Sql;

namespace ColumnStream.Server.Hosting;

/// <summary>Is a session for Flight SQL's service.</summary>
/// <param name="host">The process.</param>
/// <param name="session">The session.</param>
/// <param name="user">Tells what the user may do now.</param>
internal sealed class FlightSession(SessionHost host, SqlSession session, Func<Principal> user) : ISqlSession
{
    private readonly Dictionary<string, object> _clientOptions = new(StringComparer.Ordinal);

    private bool HasBasicTypes => Own(SqlSessionOptions.Types) is "basic";

    /// <summary>Gets the session, with the user's role of today.</summary>
    public SqlSession Current()
    {
        session.User = user();
        return session;
    }

    /// <inheritdoc/>
    public ValueTask<ISqlStatement> PrepareAsync(string sql, CancellationToken cancellation) =>
        ValueTask.FromResult<ISqlStatement>(Told(() => new FlightStatement(
            this, host.Node.Memory, Current().Prepare(sql), HasBasicTypes, Own(SqlSessionOptions.MaxRows) as long?)));

    /// <inheritdoc/>
    public async ValueTask<long> IngestAsync(SqlIngest target, ISqlResult rows, CancellationToken cancellation)
    {
        try
        {
            return await new BulkIngest(host, Current()).RunAsync(target, rows, cancellation);
        }
        catch (Exception failure) when (ErrorStatus.Of(failure) is not null && !cancellation.IsCancellationRequested)
        {
            throw ErrorStatus.Wrap(failure);
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<string>> CatalogsAsync(CancellationToken cancellation) =>
        ValueTask.FromResult<IReadOnlyList<string>>(session.Read(static planner => planner.Catalog.Catalogs.Keys.ToArray()));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<SqlSchemaName>> SchemasAsync(CancellationToken cancellation) =>
        ValueTask.FromResult<IReadOnlyList<SqlSchemaName>>(session.Read(static planner => planner.Catalog.Catalogs.Values
            .SelectMany(catalog => catalog.Databases.Keys
                .Concat(catalog.Name == Catalog.DefaultCatalog ? planner.Catalog.SystemDatabases : [])
                .Order(StringComparer.Ordinal).Select(database => new SqlSchemaName(catalog.Name, database)))
            .ToArray()));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<SqlTable>> TablesAsync(
        Func<SqlTable, bool> filter, bool columns, CancellationToken cancellation) =>
        ValueTask.FromResult<IReadOnlyList<SqlTable>>(session.Read(planner =>
            planner.Catalog.Objects.Select(entry => (
                    Entry: entry, Type: entry is CatalogView ? "VIEW" : entry.IsTemporary ? "LOCAL TEMPORARY" : "TABLE"))
                .Concat(planner.Catalog.SystemDatabases.SelectMany(planner.Catalog.SystemTables)
                    .Select(table => (Entry: (CatalogObject)table, Type: "SYSTEM TABLE")))
                .Select(o => (o.Entry, Table: new SqlTable(o.Entry.Name.Catalog, o.Entry.Name.Database, o.Entry.Name.Name, o.Type)))
                .Where(o => filter(o.Table))
                .Select(o => Describe(o.Table, o.Entry, columns, HasBasicTypes))
                .ToArray()));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<string, object>> OptionsAsync(CancellationToken cancellation)
    {
        var options = session.Settings.Where(static option => option.Origin == OptionOrigin.Set).ToDictionary(
            static option => option.Key, static option => (object)OptionTable.Shown(option.Key, option.Value),
            StringComparer.Ordinal);
        options[SqlSessionOptions.Catalog] = session.CurrentCatalog;
        options[SqlSessionOptions.Schema] = session.CurrentDatabase;
        lock (_clientOptions)
        {
            foreach ((string name, object value) in _clientOptions)
            {
                options[name] = value;
            }
        }

        return ValueTask.FromResult<IReadOnlyDictionary<string, object>>(options);
    }

    /// <inheritdoc/>
    public async ValueTask<SqlOptionResult> SetOptionAsync(string name, object? value, CancellationToken cancellation)
    {
        string? text = value is null ? null : Convert.ToString(value, CultureInfo.InvariantCulture);
        switch (name)
        {
            case SqlSessionOptions.Catalog:
                return await UseAsync($"USE CATALOG {SqlPrinter.PrintName(text ?? Catalog.DefaultCatalog)}", cancellation);
            case SqlSessionOptions.Schema:
                return await UseAsync($"USE {SqlPrinter.PrintName(text ?? Catalog.DefaultDatabase)}", cancellation);
            case SqlSessionOptions.Compression:
                return SetOwn(name, text, text is "none" or "lz4" or "zstd" ? text : null);
            case SqlSessionOptions.Types:
                return SetOwn(name, text, text is "exact" or "basic" ? text : null);
            case SqlSessionOptions.MaxRows:
                return SetOwn(name, text, long.TryParse(
                    text, NumberStyles.None, CultureInfo.InvariantCulture, out long rows) && rows > 0 ? rows : null);
            case SqlSessionOptions.KeepAlive:
                return SetOwn(
                    name, text, text is not null && OptionValue.TryParseDuration(text, out TimeSpan quiet) && quiet >= TimeSpan.Zero
                        && quiet.TotalMilliseconds < int.MaxValue ? (long)quiet.TotalMilliseconds : null);
            default:
                return await SetAsync(name, text, cancellation);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static T Told<T>(Func<T> call)
    {
        try
        {
            return call();
        }
        catch (ColumnStreamException failure)
        {
            throw ErrorStatus.Wrap(failure);
        }
    }

    private static SqlTable Describe(SqlTable table, CatalogObject entry, bool columns, bool isBasic) => table with
    {
        Remarks = entry.Comment,
        PrimaryKey = (entry as CatalogTable)?.PrimaryKey ?? default,
        PrimaryKeyName = entry is CatalogTable { PrimaryKey.Count: > 0 } keyed ? InformationSchema.KeyName(keyed) : null,
        Columns = !columns ? default : entry is CatalogView view
            ? ValueList.From(view.Columns.Select(c => Column(c.Name, c.Type, isReadOnly: true, null, isBasic)))
            : ValueList.From(((CatalogTable)entry).Columns.Select(
                c => Column(c.Name, c.Type, c.Computed is not null || c.IsVirtual, c.Comment, isBasic))),
    };

    private static SqlColumn Column(string name, SqlType type, bool isReadOnly, string? comment, bool isBasic)
    {
        SqlType plain = type.Materialized();
        DataType sent = (isBasic ? BasicTypes.Of(plain) : plain).ToArrow();
        return new SqlColumn(new Field(name, sent, plain.Nullable), InformationSchema.TypeName(plain))
        {
            Precision = ColumnMetadata.Precision(plain.WithNullable(true)),
            Scale = plain.Id == SqlTypeId.Decimal ? plain.Scale : null,
            IsReadOnly = isReadOnly, Remarks = comment,
        };
    }

    private async Task<SqlOptionResult> UseAsync(string statement, CancellationToken cancellation)
    {
        try
        {
            await using StatementResult result = await Current().ExecuteAsync(statement, cancellation);
            return SqlOptionResult.Set;
        }
        catch (UserException failure) when (failure.Code is >= 1000 and < 3000)
        {
            return SqlOptionResult.WrongValue;
        }
    }

    private async Task<SqlOptionResult> SetAsync(string name, string? value, CancellationToken cancellation)
    {
        if (OptionTable.Find(name) is not { } option)
        {
            return SqlOptionResult.UnknownName;
        }

        if (value is not null && !OptionValue.IsValid(option, value))
        {
            return SqlOptionResult.WrongValue;
        }

        string key = SqlPrinter.PrintString(name);
        string statement = value is null ? $"RESET {key}" : $"SET {key} = {SqlPrinter.PrintString(value)}";
        try
        {
            await using StatementResult result = await Current().ExecuteAsync(statement, cancellation);
            return SqlOptionResult.Set;
        }
        catch (ColumnStreamException failure)
        {
            throw ErrorStatus.Wrap(failure);
        }
    }

    private SqlOptionResult SetOwn(string name, string? text, object? value)
    {
        lock (_clientOptions)
        {
            if (text is null)
            {
                _clientOptions.Remove(name);
                return SqlOptionResult.Set;
            }

            if (value is null)
            {
                return SqlOptionResult.WrongValue;
            }

            _clientOptions[name] = value;
            return SqlOptionResult.Set;
        }
    }

    private object? Own(string name)
    {
        lock (_clientOptions)
        {
            return _clientOptions.GetValueOrDefault(name);
        }
    }
}
