using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sources;

namespace ColumnStream.Nexmark.Data;

/// <summary>Reads an <see cref="EventTable"/> as a bounded table: what is timed behind it is the query, not the ingress.</summary>
internal sealed class MemoryConnector(Dataset dataset) : Connector, IDisposable
{
    private readonly Dictionary<(string Kind, ValueList<int> Columns), RecordBatch[]> _projections = [];

    /// <inheritdoc/>
    public override string Name => "memory";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionDefinition> Options { get; } =
        [new("kind", OptionKind.Text, null, "Which table of the data set.")];

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override bool IsBounded(TableSpec table) => true;

    /// <inheritdoc/>
    public override SourceReader CreateReader(SourceContext context)
    {
        if (context.Parallelism != 1 || context.MaxRows != Dataset.BatchRows)
        {
            throw new UserException(3112, "Memory table takes one reader and batches of 4,096 rows.");
        }

        return new MemorySource(Project(context.Table, context.Projection));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (RecordBatch[] batches in _projections.Values)
        {
            foreach (RecordBatch batch in batches)
            {
                batch.Release();
            }
        }

        _projections.Clear();
    }

    /// <summary>Finds or makes the batches of just these columns; later runs of a query find them.</summary>
    private RecordBatch[] Project(TableSpec table, ValueList<int> projection)
    {
        string kind = table.Options.First(option => option.Key == "kind").Value;
        if (_projections.TryGetValue((kind, projection), out RecordBatch[]? found))
        {
            return found;
        }

        EventTable events = dataset.Tables.First(t => t.Kind == kind);
        var fields = new Field[projection.Count];
        var columns = new int[projection.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            var column = table.Columns[projection[i]];
            columns[i] = events.IndexOf(column.Name);
            fields[i] = new Field(column.Name, column.Type.ToArrow(), column.Type.Nullable);
        }

        var schema = new Schema(fields);
        var batches = new RecordBatch[events.Batches.Count];
        for (int i = 0; i < batches.Length; i++)
        {
            RecordBatch all = events.Batches[i];
            var arrays = new ArrayData[columns.Length];
            for (int j = 0; j < arrays.Length; j++)
            {
                arrays[j] = all.Columns[columns[j]].Retain();
            }

            batches[i] = new RecordBatch(schema, arrays, all.Length);
        }

        _projections.Add((kind, projection), batches);
        return batches;
    }
}
