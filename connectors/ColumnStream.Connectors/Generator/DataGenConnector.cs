using System.Collections.Generic;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Lookups;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sources;

namespace ColumnStream.Connectors.Generator;

/// <summary>Generates rows by each field's rule; values depend on seed, row number and column alone.</summary>
/// <remarks>One split. Dates and times are the clock's, so those alone differ after a restart.</remarks>
internal sealed class DataGenConnector : Connector
{
    /// <inheritdoc/>
    public override string Name => "datagen";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionDefinition> Options { get; } =
    [
        new("rows-per-second", OptionKind.Number, "10000", "Rows in a second of real time; 0 means as fast as possible."),
        new("number-of-rows", OptionKind.Integer, null, "Rows in all; without it the table has no end."),
        new("seed", OptionKind.Integer, "0", "Seed; the same seed gives the same rows."),
        new("fields.*", OptionKind.Text, null, "Rule of a field: fields.<name>.kind, .min, .max, .start, .end, .length, "
            + ".var-len, .null-rate, .max-past."),
    ];

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override void Validate(TableSpec table, bool forRead) => DataGenRules.Read(table, Options);

    /// <inheritdoc/>
    public override bool IsBounded(TableSpec table) => DataGenRules.Read(table, Options).Rows != long.MaxValue;

    /// <inheritdoc/>
    public override LookupAbility? Lookup(TableSpec table) =>
        IsBounded(table) ? new LookupAbility(default, LookupCache.Full, CanScan: true) : null;

    /// <inheritdoc/>
    public override SourceReader CreateReader(SourceContext context) =>
        new DataGenSource(context, DataGenRules.Read(context.Table, Options));
}
