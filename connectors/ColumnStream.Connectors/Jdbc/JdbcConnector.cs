using System.Collections.Generic;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sinks;

namespace ColumnStream.Connectors.Jdbc;

/// <summary>Writes tables of a PostgreSQL database: rows of an epoch in one transaction with the epoch's number.</summary>
/// <param name="access">What may be reached.</param>
internal sealed class JdbcConnector(ConnectorAccess access) : Connector
{
    /// <inheritdoc/>
    public override string Name => "jdbc";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionDefinition> Options => JdbcOptions.Definitions;

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override void Validate(TableSpec table, bool forRead) => CopyTypes.Check(table, Read(table));

    /// <inheritdoc/>
    public override ChangelogMode SinkChangelog(TableSpec table) =>
        table.PrimaryKey.Count > 0 ? ChangelogMode.Upsert : ChangelogMode.InsertOnly;

    /// <inheritdoc/>
    public override SinkGuarantee Guarantee(TableSpec table) => Read(table).IsExactlyOnce
        ? SinkGuarantee.ExactlyOnce
        : table.PrimaryKey.Count > 0 ? SinkGuarantee.Idempotent : SinkGuarantee.AtLeastOnce;

    /// <inheritdoc/>
    public override SinkDelivery? Delivery(TableSpec table) => Guarantee(table) switch
    {
        SinkGuarantee.ExactlyOnce => new(
            SinkClass.Transaction, "rows become visible with their checkpoint, in one transaction a writer"),
        SinkGuarantee.Idempotent => new(
            SinkClass.Upsert, "rows replace those of their key, older ones may be seen again for a while"),
        _ => new(SinkClass.Append, "rows may repeat after a failure"),
    };

    /// <inheritdoc/>
    public override SinkInstance CreateSink(SinkContext context)
    {
        JdbcOptions options = Read(context.Table);
        var sessions = new RunSessions(context);
        var database = new PostgresDatabase(options, sessions.Application, access);
        bool isMade = false;
        try
        {
            PostgresTable table = PostgresTable.Find(database, context.Table, options);
            SinkInstance sink = options.IsExactlyOnce
                ? new SinkInstance(null, new PostgresSink(context, options, database, table, sessions))
                : new SinkInstance(new PostgresWriter(context, options, database, table), null);
            isMade = true;
            return sink;
        }
        finally
        {
            if (!isMade)
            {
                database.Dispose();
            }
        }
    }

    private JdbcOptions Read(TableSpec table)
    {
        JdbcOptions options = JdbcOptions.Read(table);
        return options with { Url = options.Url.Within(access.Folders) };
    }
}
