using System.Buffers;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Sinks;

namespace ColumnStream.Connectors.Script;

/// <summary>Collects rows as text: at once for those who watch, and once more, exactly once, with their epoch.</summary>
internal sealed unsafe class ScriptSink(SinkContext context, ScriptTable table) : TwoPhaseCommittingSink
{
    private readonly ArrayBufferWriter<byte> _text = new();
    private readonly List<ScriptRow> _pending = [];

    /// <inheritdoc/>
    public override void Write(StreamBatch batch)
    {
        for (int i = 0; i < batch.Count; i++)
        {
            int row = batch.Selection is null ? i : batch.Selection.Pointer[i];
            var values = new string?[batch.Rows.Columns.Length];
            for (int c = 0; c < values.Length; c++)
            {
                ArrayData column = batch.Rows.Columns[c];
                _text.ResetWrittenCount();
                if (!column.IsNull(row))
                {
                    RowText.Append(_text, column, row, context.Table.Columns[c].Type, "NULL"u8);
                    values[c] = Encoding.UTF8.GetString(_text.WrittenSpan);
                }
            }

            var written = new ScriptRow(batch.Kinds is null ? RowKind.Insert : batch.Kinds[row], values);
            _pending.Add(written);
            table.Emit(written);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Prepare(long epoch)
    {
        if (_pending.Count == 0)
        {
            return [];
        }

        string name = string.Create(CultureInfo.InvariantCulture, $"{context.Uid}/{context.Subtask}/{epoch}");
        table.Prepare(name, [.. _pending]);
        _pending.Clear();
        return [name];
    }

    /// <inheritdoc/>
    public override void Commit(long epoch, IReadOnlyList<string> committables)
    {
        foreach (string committable in committables)
        {
            if (!table.Commit(committable))
            {
                throw new ExternalException(5012, $"Prepared rows are lost: {committable}.", retryable: false);
            }
        }
    }

    /// <inheritdoc/>
    public override void CleanUp() => _pending.Clear();
}
