using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sources;
using ColumnStream.Runtime.Savepoints;

namespace ColumnStream.Server.State;

/// <summary>Reads the states of one savepoint or checkpoint as bounded tables.</summary>
internal sealed class StateConnector(SavedState saved, IReadOnlyList<SavedTable> tables) : Connector
{
    /// <summary>Its name in WITH.</summary>
    public const string ConnectorName = "saved-state";

    /// <summary>The option that names a table by its position.</summary>
    public const string TableOption = "table";

    /// <inheritdoc/>
    public override string Name => ConnectorName;

    /// <inheritdoc/>
    public override IReadOnlyList<OptionDefinition> Options { get; } =
        [new(TableOption, OptionKind.Integer, null, "Position of the state.", IsRequired: true)];

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override bool IsBounded(TableSpec table) => true;

    /// <inheritdoc/>
    public override SourceReader CreateReader(SourceContext context) => new StateSource(
        context, saved, tables[int.Parse(context.Table.Option(TableOption)!, System.Globalization.CultureInfo.InvariantCulture)]);

    /// <summary>Returns the statements that name every state: <c>state.operator.state</c>, and by identity.</summary>
    public static string Definitions(IReadOnlyList<SavedTable> tables)
    {
        var text = new System.Text.StringBuilder("CREATE CATALOG state WITH ('type' = 'generic_in_memory');\n");
        foreach (string database in tables.SelectMany(static t => new[] { t.Operator, t.Uid }).Distinct(StringComparer.Ordinal))
        {
            text.Append(Invariant($"CREATE DATABASE state.{Quoted(database)};\n"));
        }

        for (int i = 0; i < tables.Count; i++)
        {
            SavedTable table = tables[i];
            string columns = string.Join(", ", table.Columns.Select(static c => $"{Quoted(c.Name)} {c.Type}"));
            foreach (string database in new[] { table.Operator, table.Uid }.Distinct(StringComparer.Ordinal))
            {
                text.Append(Invariant($"CREATE TABLE state.{Quoted(database)}.{Quoted(table.State)} ({columns}) "));
                text.Append(Invariant($"WITH ('connector' = '{ConnectorName}', '{TableOption}' = '{i}');\n"));
            }
        }

        return text.ToString();
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    private static string Quoted(string name) => $"`{name.Replace("`", "``", StringComparison.Ordinal)}`";
}
