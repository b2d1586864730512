using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Sources;

namespace ColumnStream.Connectors.Script;

/// <summary>Makes batches of the columns that a reader is asked for out of rows of text.</summary>
internal sealed unsafe class ScriptBatchMaker : IDisposable
{
    private readonly SourceContext _context;
    private readonly Schema _schema;
    private readonly ColumnBuilder[] _builders;

    public ScriptBatchMaker(SourceContext context)
    {
        _context = context;
        _schema = SourceSchema.Of(context);
        _builders = new ColumnBuilder[context.Projection.Count];
        for (int i = 0; i < _builders.Length; i++)
        {
            _builders[i] = ColumnBuilder.Create(_schema.Fields[i].Type, context.Allocator, 16);
        }
    }

    /// <summary>Makes one batch of all rows.</summary>
    public StreamBatch Make(IReadOnlyList<ScriptRow> rows)
    {
        bool kinds = false;
        foreach (ScriptRow row in rows)
        {
            if (row.Values.Length != _context.Table.Columns.Count)
            {
                throw OptionReader.Error(
                    _context.Table,
                    4010,
                    $"Script row has a wrong number of values: {row}. Expected {_context.Table.Columns.Count}.");
            }

            kinds |= row.Kind != RowKind.Insert;
            for (int i = 0; i < _builders.Length; i++)
            {
                int column = _context.Projection[i];
                SqlType type = _context.Table.Columns[column].Type;
                if (!ScriptValue.TryAppend(_builders[i], type, row.Values[column]))
                {
                    throw OptionReader.Error(
                        _context.Table, 4010, $"Script value does not fit {type}: '{row.Values[column]}' in {row}.");
                }
            }
        }

        var columns = new ArrayData[_builders.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = _builders[i].Finish();
        }

        NativeBuffer? kindBytes = kinds ? _context.Allocator.Allocate(rows.Count) : null;
        for (int i = 0; kinds && i < rows.Count; i++)
        {
            kindBytes!.Pointer[i] = (byte)rows[i].Kind;
        }

        return new StreamBatch(new RecordBatch(_schema, columns, rows.Count), kindBytes);
    }

    public void Dispose()
    {
        foreach (ColumnBuilder builder in _builders)
        {
            builder.Dispose();
        }
    }
}
