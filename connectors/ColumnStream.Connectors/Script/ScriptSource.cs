using System.Collections.Generic;
using System.Globalization;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Sources;

namespace ColumnStream.Connectors.Script;

/// <summary>Gives the rows fed to a script table; its position is their number, so that a restart reads them again.</summary>
internal sealed class ScriptSource : SourceReader
{
    private const string Split = "feed";
    private readonly SourceContext _context;
    private readonly ScriptTable _table;
    private readonly ScriptBatchMaker _maker;
    private readonly bool _owns;
    private long _position;

    public ScriptSource(SourceContext context, ScriptTable table)
    {
        _context = context;
        _table = table;
        _owns = context.Subtask == 0;
        _maker = new ScriptBatchMaker(context);
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

        batch = _maker.Make(rows);
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
        _maker.Dispose();
    }
}
