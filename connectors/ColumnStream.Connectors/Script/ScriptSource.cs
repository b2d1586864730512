using System.Collections.Generic;
using System.Globalization;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Sources;

namespace ColumnStream.Connectors.Script;

/// <summary>Gives the rows fed to a script table; its position is their number, so that a restart reads them again.</summary>
internal sealed unsafe class ScriptSource : SourceReader
{
    private const string Split = "feed";
    private readonly SourceContext _context;
    private readonly ScriptTable _table;
    private readonly Schema _schema;
    private readonly ColumnBuilder[] _builders;
    private readonly bool _owns;
    private long _position;

    public ScriptSource(SourceContext context, ScriptTable table)
    {
        _context = context;
        _table = table;
        _schema = SourceSchema.Of(context);
        _owns = context.Subtask == 0;
        _builders = new ColumnBuilder[context.Projection.Count];
        for (int i = 0; i < _builders.Length; i++)
        {
            _builders[i] = ColumnBuilder.Create(_schema.Fields[i].Type, context.Allocator, 16);
        }

        table.Attach(context.Wake);
    }

    /// <inheritdoc/>
    public override bool HasSplits => _owns;

    /// <inheritdoc/>
    public override void Restore(IReadOnlyList<SplitState> splits)
    {
        foreach (SplitState split in splits)
        {
            _position = split.SplitId == Split ? long.Parse(split.Position, CultureInfo.InvariantCulture) : _position;
        }
    }

    /// <inheritdoc/>
    public override SourcePoll Poll(out StreamBatch? batch)
    {
        batch = null;
        if (!_owns)
        {
            return SourcePoll.End;
        }

        ScriptRow[] rows = _table.Read(_position, _context.MaxRows, out bool ended);
        if (rows.Length == 0)
        {
            return ended ? SourcePoll.End : SourcePoll.Idle;
        }

        batch = Make(rows);
        _position += rows.Length;
        return SourcePoll.Batch;
    }

    /// <inheritdoc/>
    public override ValueList<SplitState> Snapshot() =>
        _owns ? [new SplitState(Split, _position.ToString(CultureInfo.InvariantCulture))] : default;

    /// <inheritdoc/>
    public override long? RowsBetween(string split, string? from, string to) =>
        long.Parse(to, CultureInfo.InvariantCulture) - (from is null ? 0 : long.Parse(from, CultureInfo.InvariantCulture));

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _table.Detach(_context.Wake);
        foreach (ColumnBuilder builder in _builders)
        {
            builder.Dispose();
        }
    }

    private StreamBatch Make(ScriptRow[] rows)
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

        NativeBuffer? kindBytes = kinds ? _context.Allocator.Allocate(rows.Length) : null;
        for (int i = 0; kinds && i < rows.Length; i++)
        {
            kindBytes!.Pointer[i] = (byte)rows[i].Kind;
        }

        return new StreamBatch(new RecordBatch(_schema, columns, rows.Length), kindBytes);
    }
}
