using System.Collections.Generic;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Integrity;
using ColumnStream.Engine.Lookups;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sinks;
using ColumnStream.Engine.Sources;

namespace ColumnStream.Engine.Connectors;

/// <summary>Validates WITH options and makes sources, sinks and lookups for one system.</summary>
public abstract class Connector
{
    /// <summary>Gets the value of the option <c>connector</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Gets every option it understands; anything else in WITH is an error with the nearest name.</summary>
    public abstract IReadOnlyList<OptionDefinition> Options { get; }

    /// <summary>Gets the tables of the database <c>sys</c> that it reads; none for every connector but one.</summary>
    public virtual IReadOnlyList<SystemTable> SystemTables => [];

    /// <summary>Gets whether tables can be read.</summary>
    public abstract bool CanRead { get; }

    /// <summary>Gets whether tables can be written.</summary>
    public abstract bool CanWrite { get; }

    /// <summary>Gets which option keys follow from the table's other options, such as those of its format.</summary>
    public virtual IReadOnlyList<OptionDefinition> OptionsFor(TableSpec table) => Options;

    /// <summary>Gets what METADATA columns of a table may name; nothing by default.</summary>
    public virtual IReadOnlyList<MetadataKey> Metadata(TableSpec table) => [];

    /// <summary>Checks values and combinations beyond single options, when a statement uses the table.</summary>
    /// <exception cref="Errors.UserException">An option is wrong: names option, value and what was expected.</exception>
    public virtual void Validate(TableSpec table, bool forRead)
    {
    }

    /// <summary>Tells whether the table, as declared, ends: a bounded source.</summary>
    public virtual bool IsBounded(TableSpec table) => false;

    /// <summary>Tells the row kinds that the table's source gives.</summary>
    public virtual ChangelogMode SourceChangelog(TableSpec table) => ChangelogMode.InsertOnly;

    /// <summary>Tells the most general row kinds that the table's sink takes.</summary>
    public virtual ChangelogMode SinkChangelog(TableSpec table) => ChangelogMode.InsertOnly;

    /// <summary>Tells whether INSERT OVERWRITE can replace the table's rows.</summary>
    public virtual bool CanOverwrite(TableSpec table) => false;

    /// <summary>Tells how sure a sink is, for EXPLAIN and for 'exactly-once' requests.</summary>
    public virtual SinkGuarantee Guarantee(TableSpec table) => SinkGuarantee.AtLeastOnce;

    /// <summary>Tells the class of a sink and what its user gets, for EXPLAIN; null where there is nothing to say.</summary>
    public virtual SinkDelivery? Delivery(TableSpec table) => null;

    /// <summary>Makes a reader.</summary>
    public virtual SourceReader CreateReader(SourceContext context) =>
        throw new Errors.UserException(3101, $"Connector cannot be read: {Name}.");

    /// <summary>Tells how rows of the table can be looked up by key, or null where they cannot.</summary>
    public virtual LookupAbility? Lookup(TableSpec table) => null;

    /// <summary>Makes what looks up rows of the table, for tables of which not everything is kept.</summary>
    public virtual LookupTable CreateLookup(LookupContext context) =>
        throw new Errors.UserException(3104, $"Connector cannot be looked up: {Name}.");

    /// <summary>Makes a writer: a <see cref="SinkWriter"/> or a <see cref="TwoPhaseCommittingSink"/>.</summary>
    public virtual SinkInstance CreateSink(SinkContext context) =>
        throw new Errors.UserException(3102, $"Connector cannot be written: {Name}.");

    /// <summary>Makes what reads back a sink's parts for SHOW INTEGRITY, or null where they cannot be read back.</summary>
    public virtual SinkAudit? CreateAudit(SinkContext context) => null;
}
