using System.Collections.Generic;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Sinks;

namespace ColumnStream.Testing.Jobs;

/// <summary>Writes rows, as text, into a ledger, exactly once.</summary>
/// <remarks>
/// A write may fail unseen, as one does that is under way in the background: then its rows are lost, and the next
/// <see cref="Prepare"/> has to say so.
/// </remarks>
internal sealed class MemorySink(MemoryLedger ledger, SinkContext context) : TwoPhaseCommittingSink
{
    private readonly RowPrinter _printer = new(context);
    private readonly string _table = context.Table.Name[(context.Table.Name.LastIndexOf('.') + 1)..];
    private List<(RowKind Kind, string Row)> _rows = [];
    private ExternalException? _failure;

    public override void Write(StreamBatch batch)
    {
        if (ledger.LosesWrite())
        {
            _failure ??= new ExternalException(5000, "Simulated background write failed.", retryable: true);
            return;
        }

        _printer.Print(batch, _rows);
    }

    public override IReadOnlyList<string> Prepare(long epoch)
    {
        if (_failure is { } failure)
        {
            _failure = null;
            throw failure;
        }

        if (_rows.Count == 0)
        {
            return [];
        }

        string name = ledger.Prepare(_table, epoch, context.Subtask, _rows);
        _rows = [];
        return [name];
    }

    public override void Commit(long epoch, IReadOnlyList<string> committables) => ledger.Commit(epoch, committables);

    public override void CleanUp()
    {
    }
}
