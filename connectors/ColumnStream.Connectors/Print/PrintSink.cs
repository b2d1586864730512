using System;
using System.Buffers;
using System.IO;
using System.Text;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sinks;

namespace ColumnStream.Connectors.Print;

/// <summary>Writes rows as lines; a batch's lines stay together even when several tasks share the writer.</summary>
internal sealed unsafe class PrintSink(TableSpec table, string prefix, TextWriter writer) : SinkWriter
{
    private readonly ArrayBufferWriter<byte> _text = new(4096);
    private readonly byte[] _prefix = Encoding.UTF8.GetBytes(prefix);
    private char[] _chars = new char[4096];

    /// <inheritdoc/>
    public override void Write(StreamBatch batch)
    {
        _text.ResetWrittenCount();
        for (int i = 0; i < batch.Count; i++)
        {
            int row = batch.Selection is null ? i : batch.Selection.Pointer[i];
            RowKind kind = batch.Kinds is null ? RowKind.Insert : batch.Kinds[row];
            WriteRow(batch, row, kind);
        }

        int needed = Encoding.UTF8.GetMaxCharCount(_text.WrittenCount);
        if (_chars.Length < needed)
        {
            _chars = new char[needed];
        }

        int length = Encoding.UTF8.GetChars(_text.WrittenSpan, _chars);
        lock (writer)
        {
            Guard(() => writer.Write(_chars, 0, length));
        }
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        lock (writer)
        {
            Guard(writer.Flush);
        }
    }

    private static void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (IOException e)
        {
            throw new ExternalException(5001, $"Output cannot be written: {e.Message}", retryable: false, e);
        }
    }

    private void WriteRow(StreamBatch batch, int row, RowKind kind)
    {
        _text.Write(_prefix);
        _text.Write(kind switch
        {
            RowKind.Insert => "+I["u8,
            RowKind.UpdateBefore => "-U["u8,
            RowKind.UpdateAfter => "+U["u8,
            _ => "-D["u8,
        });
        for (int c = 0; c < batch.Rows.Columns.Length; c++)
        {
            _text.Write(c == 0 ? default : ", "u8);
            RowText.Append(_text, batch.Rows.Columns[c], row, table.Columns[c].Type, "null"u8);
        }

        _text.Write("]\n"u8);
    }
}
