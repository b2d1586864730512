using System;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Engine.Operators.LookupJoin;

/// <summary>Makes the columns that a join reads of the columns that a table gives, and drops rows that do not count.</summary>
internal sealed class LookupRows : IDisposable
{
    private readonly BufferAllocator _allocator;
    private readonly Evaluator? _filter;
    private readonly Evaluator? _columns;

    public LookupRows(LookupJoinNode node, OperatorContext context)
    {
        _allocator = context.Allocator;
        var read = new SqlField[node.Projection.Count];
        for (int i = 0; i < read.Length; i++)
        {
            read[i] = node.Table.Columns[node.Projection[i]];
        }

        Raw = SchemaOf(ValueList.Create<SqlField>(read));
        Schema = SchemaOf(node.Right);
        _filter = node.Filter is null ? null : new Evaluator([node.Filter], Raw, _allocator, context.Evaluation);
        _columns = node.Computed.Count == 0 ? null : new Evaluator(node.Computed, Raw, _allocator, context.Evaluation);
    }

    /// <summary>Gets the columns that the table gives.</summary>
    public Schema Raw { get; }

    /// <summary>Gets the columns that the join reads.</summary>
    public Schema Schema { get; }

    /// <summary>Gets whether rows may be dropped.</summary>
    public bool Filters => _filter is not null;

    /// <summary>Returns the layout of columns.</summary>
    public static Schema SchemaOf(ValueList<SqlField> fields)
    {
        var columns = new Field[fields.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = new Field(fields[i].Name, fields[i].Type.ToArrow(), fields[i].Type.Nullable);
        }

        return new Schema(columns);
    }

    /// <summary>Returns the rows that count of <paramref name="raw"/>, which moves here.</summary>
    /// <param name="raw">Rows as the table gives them.</param>
    /// <param name="kept">Receives which rows those are, or null for all.</param>
    public RecordBatch Apply(RecordBatch raw, out int[]? kept)
    {
        kept = null;
        try
        {
            if (_filter is not null)
            {
                using var survivors = new Selection(Math.Max(1, raw.Length), _allocator);
                _filter.Filter(raw, null, survivors);
                if (survivors.Count < raw.Length)
                {
                    kept = survivors.Rows.ToArray();
                    RecordBatch taken = TakeKernel.Take(raw, kept, _allocator);
                    raw.Release();
                    raw = taken;
                }
            }

            var columns = new ArrayData[Schema.Fields.Count];
            if (_columns is null)
            {
                for (int i = 0; i < columns.Length; i++)
                {
                    columns[i] = raw.Columns[i].Retain();
                }
            }
            else
            {
                _columns.Evaluate(raw, null, columns);
            }

            return new RecordBatch(Schema, columns, raw.Length);
        }
        catch (Exception error) when (error is EvaluationException or MemoryLimitException)
        {
            throw EvaluationErrors.ToUser(error);
        }
        finally
        {
            raw.Release();
        }
    }

    /// <summary>Makes a batch of no rows.</summary>
    public RecordBatch Empty()
    {
        var columns = new ArrayData[Schema.Fields.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            using ColumnBuilder builder = ColumnBuilder.Create(Schema.Fields[i].Type, _allocator, 1);
            columns[i] = builder.Finish();
        }

        return new RecordBatch(Schema, columns, 0);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _filter?.Dispose();
        _columns?.Dispose();
    }
}
