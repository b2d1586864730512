using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sources;

namespace ColumnStream.Connectors.Introspection;

/// <summary>Reads the tables that the program makes; no other table can be declared with it.</summary>
internal sealed class SystemConnector(IReadOnlyList<SystemTable> tables) : Connector
{
    /// <inheritdoc/>
    public override string Name => "system";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionDefinition> Options => [];

    /// <inheritdoc/>
    public override IReadOnlyList<SystemTable> SystemTables => tables;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override bool IsBounded(TableSpec table) => true;

    /// <inheritdoc/>
    public override void Validate(TableSpec table, bool forRead) => _ = Find(table);

    /// <inheritdoc/>
    public override SourceReader CreateReader(SourceContext context) => new SystemSource(context, Find(context.Table));

    private SystemTable Find(TableSpec table) =>
        tables.FirstOrDefault(t => table.Name.EndsWith($".{t.Database}.{t.Name}", StringComparison.Ordinal))
            ?? throw new UserException(
                2001, $"Table or view not found: {table.Name}. Only tables of the program have the connector 'system'.");
}
