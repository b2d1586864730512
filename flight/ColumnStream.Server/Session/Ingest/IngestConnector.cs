using System.Collections.Generic;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sources;

namespace ColumnStream.Server.Session.Ingest;

/// <summary>Reads the batches that a client sends; without a queue it serves planning only.</summary>
internal sealed class IngestConnector(IngestQueue? queue) : Connector
{
    /// <summary>The name that the session's own tables carry.</summary>
    public const string ConnectorName = "ingest";

    public override string Name => ConnectorName;

    public override IReadOnlyList<OptionDefinition> Options => [];

    public override bool CanRead => true;

    public override bool CanWrite => false;

    public override bool IsBounded(TableSpec table) => true;

    public override SourceReader CreateReader(SourceContext context) => new IngestSource(
        context,
        queue ?? throw new UserException(
            3101, $"Connector '{ConnectorName}' of table '{context.Table.Name}' cannot be read: nobody sends rows."));
}
