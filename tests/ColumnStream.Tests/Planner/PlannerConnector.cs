using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Lookups;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sinks;

namespace ColumnStream.Tests.Planner;

/// <summary>Is a connector whose facts tests choose by options: nothing can be read or written.</summary>
internal sealed class PlannerConnector(string name) : Connector
{
    public override string Name => name;

    public override IReadOnlyList<OptionDefinition> Options { get; } =
    [
        new("path", OptionKind.Text, null, "Where the table is."),
        new("bounded", OptionKind.Boolean, "true", "Whether it ends."),
        new("gives", OptionKind.Choice, "inserts", "Row kinds of the source.", Values: "inserts|upserts|retractions"),
        new("takes", OptionKind.Choice, "inserts", "Row kinds of the sink.", Values: "inserts|upserts|retractions"),
        new("rows", OptionKind.Integer, null, "A number."),
        new("keys", OptionKind.Text, null, "Columns of which all must be given to look rows up, separated by commas; any without it."),
        .. LookupOptions.Definitions,
    ];

    public override bool CanRead => name != "sinkonly";

    public override bool CanWrite => name != "sourceonly";

    public override bool IsBounded(TableSpec table) => table.Option("bounded") != "false";

    public override ChangelogMode SourceChangelog(TableSpec table) => Mode(table.Option("gives"));

    public override ChangelogMode SinkChangelog(TableSpec table) =>
        name == "result" ? ChangelogMode.Retract : Mode(table.Option("takes"));

    public override SinkGuarantee Guarantee(TableSpec table) => SinkGuarantee.ExactlyOnce;

    public override LookupAbility? Lookup(TableSpec table) => name == "sourceonly" ? null : new LookupAbility(
        table.Option("keys") is not { } keys ? default
            : [ValueList.From(keys.Split(',').Select(key => table.Columns.Select(c => c.Name).ToList().IndexOf(key)))],
        LookupCache.None, IsBounded(table));

    private static ChangelogMode Mode(string? word) => word switch
    {
        "upserts" => ChangelogMode.Upsert,
        "retractions" => ChangelogMode.Retract,
        null or "inserts" => ChangelogMode.InsertOnly,
        _ => throw new ArgumentException(word),
    };
}
