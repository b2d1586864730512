using System.Collections.Generic;
using System.IO;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sinks;

namespace ColumnStream.Connectors.Print;

/// <summary>Writes every row as a line, <c>+I[1, a]</c>, to the writers it was made with.</summary>
internal sealed class PrintConnector(TextWriter output, TextWriter error) : Connector
{
    /// <inheritdoc/>
    public override string Name => "print";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionDefinition> Options { get; } =
    [
        new("print-identifier", OptionKind.Text, null, "Text before every line."),
        new(
            "sink.changelog-mode", OptionKind.Choice, "retract", "Row kinds that the sink takes: upsert by the primary key.",
            Values: "insert|upsert|retract"),
        DeliveryOption.AtLeastOnce,
        new("standard-error", OptionKind.Boolean, "false", "Whether lines go to standard error."),
    ];

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override void Validate(TableSpec table, bool forRead) =>
        DeliveryOption.Check(new OptionReader(table, Options), Name, "which cannot take a printed line back");

    /// <inheritdoc/>
    public override SinkDelivery? Delivery(TableSpec table) => new(SinkClass.Append, "lines may repeat after a failure");

    /// <inheritdoc/>
    public override ChangelogMode SinkChangelog(TableSpec table) =>
        new OptionReader(table, Options).ChangelogMode("sink.changelog-mode");

    /// <inheritdoc/>
    public override SinkInstance CreateSink(SinkContext context)
    {
        var options = new OptionReader(context.Table, Options);
        string? identifier = options.TextOrNull("print-identifier");
        string prefix = (identifier, context.Parallelism) switch
        {
            (null, 1) => string.Empty,
            (null, _) => $"{context.Subtask + 1}> ",
            (_, 1) => $"{identifier}> ",
            _ => $"{identifier}:{context.Subtask + 1}> ",
        };
        return new SinkInstance(
            new PrintSink(context.Table, prefix, options.Boolean("standard-error") ? error : output), null);
    }
}
