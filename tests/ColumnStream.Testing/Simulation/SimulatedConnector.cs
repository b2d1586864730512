using System.Collections.Generic;
using System.Linq;
using ColumnStream.Connectors;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sinks;
using ColumnStream.Engine.Sources;
using ColumnStream.Testing.Jobs;

namespace ColumnStream.Testing.Simulation;

/// <summary>Is the connector <c>memory</c> of simulated jobs: reads simulated tables and writes a ledger.</summary>
internal sealed class SimulatedConnector(IReadOnlyList<SimulatedTable> tables, MemoryLedger ledger) : Connector
{
    public override string Name => "memory";

    public override IReadOnlyList<OptionDefinition> Options { get; } =
    [
        new("changelog-mode", OptionKind.Choice, "insert", "Row kinds that the source gives.", Values: "insert|upsert|retract"),
    ];

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool IsBounded(TableSpec table) => true;

    public override SinkGuarantee Guarantee(TableSpec table) => SinkGuarantee.ExactlyOnce;

    public override ChangelogMode SourceChangelog(TableSpec table) => new OptionReader(table, Options).ChangelogMode("changelog-mode");

    public override ChangelogMode SinkChangelog(TableSpec table) => ChangelogMode.Retract;

    public override SourceReader CreateReader(SourceContext context)
    {
        string name = ShortName(context.Table.Name);
        return new SimulatedReader(context, tables.FirstOrDefault(t => t.Name == name)
            ?? throw new UserException(3103, $"Simulated table has no rows given: {name}. Pass a SimulatedTable of that name."));
    }

    public override SinkInstance CreateSink(SinkContext context) => new(null, new MemorySink(ledger, context));

    /// <summary>Returns the last part of a table's name.</summary>
    internal static string ShortName(string name) => name[(name.LastIndexOf('.') + 1)..];
}
