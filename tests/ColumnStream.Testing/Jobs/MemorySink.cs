using System.Collections.Generic;
using System.Globalization;
using System.Text;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Sinks;

namespace ColumnStream.Testing.Jobs;

/// <summary>Writes rows of BIGINT columns, as text, into a ledger, exactly once.</summary>
internal sealed unsafe class MemorySink(MemoryLedger ledger, SinkContext context) : TwoPhaseCommittingSink
{
    private List<(RowKind Kind, string Row)> _rows = [];

    public override void Write(StreamBatch batch)
    {
        var text = new StringBuilder();
        for (int i = 0; i < batch.Count; i++)
        {
            int row = batch.Selection is null ? i : batch.Selection.Rows[i];
            text.Clear();
            foreach (ArrayData column in batch.Rows.Columns)
            {
                text.Append(((FixedWidthArray)column).Values<long>()[row].ToString(CultureInfo.InvariantCulture));
                text.Append(' ');
            }

            _rows.Add((batch.Kinds is null ? RowKind.Insert : batch.Kinds[row], text.ToString()));
        }
    }

    public override IReadOnlyList<string> Prepare(long epoch)
    {
        if (_rows.Count == 0)
        {
            return [];
        }

        string name = ledger.Prepare(context.Table.Name, epoch, context.Subtask, _rows);
        _rows = [];
        return [name];
    }

    public override void Commit(long epoch, IReadOnlyList<string> committables) => ledger.Commit(epoch, committables);

    public override void CleanUp()
    {
    }
}
