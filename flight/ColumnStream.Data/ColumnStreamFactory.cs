using System.Data.Common;

namespace ColumnStream.Data;

/// <summary>Makes the provider's objects, for code that knows none of them by name.</summary>
public sealed class ColumnStreamFactory : DbProviderFactory
{
    /// <summary>Gets the one factory, under the name that <see cref="DbProviderFactories"/> looks for.</summary>
    public static readonly ColumnStreamFactory Instance = new();

    private ColumnStreamFactory()
    {
    }

    /// <inheritdoc/>
    public override bool CanCreateBatch => true;

    /// <inheritdoc/>
    public override bool CanCreateCommandBuilder => false;

    /// <inheritdoc/>
    public override bool CanCreateDataAdapter => true;

    /// <inheritdoc/>
    public override DbConnection CreateConnection() => new ColumnStreamConnection();

    /// <inheritdoc/>
    public override DbCommand CreateCommand() => new ColumnStreamCommand();

    /// <inheritdoc/>
    public override DbParameter CreateParameter() => new ColumnStreamParameter();

    /// <inheritdoc/>
    public override DbConnectionStringBuilder CreateConnectionStringBuilder() => new ColumnStreamConnectionStringBuilder();

    /// <inheritdoc/>
    public override DbDataSource CreateDataSource(string connectionString) => new ColumnStreamDataSource(connectionString);

    /// <inheritdoc/>
    public override DbBatch CreateBatch() => new ColumnStreamBatch();

    /// <inheritdoc/>
    public override DbBatchCommand CreateBatchCommand() => new ColumnStreamBatchCommand();

    /// <inheritdoc/>
    public override DbDataAdapter CreateDataAdapter() => new ColumnStreamDataAdapter();
}
