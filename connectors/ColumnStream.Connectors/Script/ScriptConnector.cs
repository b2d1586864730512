using System.Collections.Generic;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sinks;
using ColumnStream.Engine.Sources;

namespace ColumnStream.Connectors.Script;

/// <summary>Reads and writes tables in memory that a test drives; made anew tables of one name are the same table.</summary>
internal sealed class ScriptConnector(ScriptRegistry registry) : Connector
{
    /// <inheritdoc/>
    public override string Name => "script";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionDefinition> Options { get; } =
    [
        new("changelog-mode", OptionKind.Choice, "insert", "Row kinds that the source gives.",
            Values: "insert|upsert|retract"),
        new(
            "sink.changelog-mode", OptionKind.Choice, "retract", "Row kinds that the sink takes: upsert by the primary key.",
            Values: "insert|upsert|retract"),
        new("bounded", OptionKind.Boolean, "false", "Whether the source is declared to end."),
    ];

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override void Validate(TableSpec table, bool forRead) => _ = new OptionReader(table, Options);

    /// <inheritdoc/>
    public override bool IsBounded(TableSpec table) => new OptionReader(table, Options).Boolean("bounded");

    /// <inheritdoc/>
    public override ChangelogMode SourceChangelog(TableSpec table) =>
        new OptionReader(table, Options).Choice("changelog-mode") switch
        {
            "upsert" => ChangelogMode.Upsert,
            "retract" => ChangelogMode.Retract,
            _ => ChangelogMode.InsertOnly,
        };

    /// <inheritdoc/>
    public override ChangelogMode SinkChangelog(TableSpec table) =>
        new OptionReader(table, Options).ChangelogMode("sink.changelog-mode");

    /// <inheritdoc/>
    public override SinkGuarantee Guarantee(TableSpec table) => SinkGuarantee.ExactlyOnce;

    /// <inheritdoc/>
    public override SourceReader CreateReader(SourceContext context) =>
        new ScriptSource(context, registry.Table(ShortName(context.Table)));

    /// <inheritdoc/>
    public override SinkInstance CreateSink(SinkContext context) =>
        new(null, new ScriptSink(context, registry.Table(ShortName(context.Table))));

    private static string ShortName(TableSpec table) => table.Name[(table.Name.LastIndexOf('.') + 1)..];
}
