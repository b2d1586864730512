using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Plan;
using ColumnStream.Testing.Contracts;
using ColumnStream.Testing.Postgres;
using Xunit;

namespace ColumnStream.Tests.Connectors.Jdbc;

/// <summary>Runs the contract of sinks on a table of PostgreSQL, read by psql.</summary>
[Collection(PostgresCollection.Name)]
public sealed class PostgresSinkContractTests(PostgresFixture postgres) : SinkContract
{
    private string? _table;

    /// <inheritdoc/>
    protected override Connector Connector => OptionTests.Find("jdbc");

    /// <inheritdoc/>
    protected override TableSpec Table => postgres.Spec(Name);

    /// <inheritdoc/>
    protected override SinkRun Start() => new(Connector, Table, with: context => context with { Lineage = Name });

    private string Name => _table ??= postgres.NewTable("id bigint, name text");

    /// <inheritdoc/>
    [PostgresFact]
    public override void Rows_become_visible_with_their_epoch_and_not_before() =>
        base.Rows_become_visible_with_their_epoch_and_not_before();

    /// <inheritdoc/>
    [PostgresFact]
    public override void Committing_twice_shows_rows_once() => base.Committing_twice_shows_rows_once();

    /// <inheritdoc/>
    [PostgresFact]
    public override void A_crash_between_prepare_and_commit_loses_nothing() =>
        base.A_crash_between_prepare_and_commit_loses_nothing();

    /// <inheritdoc/>
    [PostgresFact]
    public override void A_crash_before_the_claim_leaves_nothing_visible() =>
        base.A_crash_before_the_claim_leaves_nothing_visible();

    /// <inheritdoc/>
    [PostgresFact]
    public override void An_epoch_without_rows_is_empty() => base.An_epoch_without_rows_is_empty();

    /// <inheritdoc/>
    protected override IReadOnlyList<long> ReadVisible() =>
        [.. postgres.Server.Query($"SELECT id FROM {Name}").Select(row => long.Parse(row, CultureInfo.InvariantCulture))];
}
