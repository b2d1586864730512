using System;
using System.Collections.Generic;
using System.Globalization;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Sources;

namespace ColumnStream.Connectors.Generator;

/// <summary>Gives generated rows; its position is the number of the next row.</summary>
internal sealed class DataGenSource : SourceReader
{
    private const string Split = "rows";
    private const int BatchBytes = 1 << 20;
    private readonly SourceContext _context;
    private readonly DataGenRules _rules;
    private readonly DataGenColumn[] _columns;
    private readonly Schema _schema;
    private readonly RateLimiter _rate;
    private readonly int _maxRows;
    private readonly bool _owns;
    private long _position;

    public DataGenSource(SourceContext context, DataGenRules rules)
    {
        _context = context;
        _rules = rules;
        _schema = SourceSchema.Of(context);
        _rate = new RateLimiter(context.Time, rules.RowsPerSecond);
        _owns = context.Subtask == 0;
        _columns = new DataGenColumn[context.Projection.Count];
        long rowBytes = 1;
        for (int i = 0; i < _columns.Length; i++)
        {
            int column = context.Projection[i];
            ulong seed = rules.Seed + ((ulong)column * SplitMix.Step);
            _columns[i] = new DataGenColumn(rules.Columns[column], seed, context.Allocator, context.Time);
            rowBytes += _columns[i].ValueBytes;
        }

        _maxRows = (int)Math.Clamp(BatchBytes / rowBytes, 1, context.MaxRows);
    }

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
        int most = (int)Math.Min(_maxRows, _rules.Rows - _position);
        if (!_owns || most <= 0)
        {
            return SourcePoll.End;
        }

        int count = _rate.Allow(most, out TimeSpan wait);
        if (count == 0)
        {
            _context.WakeAfter(wait);
            return SourcePoll.Idle;
        }

        batch = Make(count);
        _rate.Spend(count);
        _position += count;
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
        foreach (DataGenColumn column in _columns)
        {
            column.Dispose();
        }
    }

    private StreamBatch Make(int count)
    {
        var columns = new ArrayData[_columns.Length];
        int made = 0;
        try
        {
            for (; made < columns.Length; made++)
            {
                columns[made] = _columns[made].Make(_position, count);
            }

            return new StreamBatch(new RecordBatch(_schema, columns, count));
        }
        catch
        {
            for (int i = 0; i < made; i++)
            {
                columns[i].Release();
            }

            throw;
        }
    }
}
