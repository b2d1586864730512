using System;
using System.Buffers;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Sinks;

namespace ColumnStream.Testing.Jobs;

/// <summary>Prints the rows that a sink is given, columns apart by tabs.</summary>
internal sealed class RowPrinter(SinkContext context)
{
    private readonly ArrayBufferWriter<byte> _text = new();

    public unsafe void Print(StreamBatch batch, List<(RowKind Kind, string Row)> rows)
    {
        for (int i = 0; i < batch.Count; i++)
        {
            int row = batch.Selection is null ? i : batch.Selection.Pointer[i];
            string[] cells = [.. batch.Rows.Columns.Select((column, c) => Cell(column, row, c))];
            rows.Add((batch.Kinds is null ? RowKind.Insert : batch.Kinds[row], string.Join('\t', cells)));
        }
    }

    private string Cell(ArrayData column, int row, int index)
    {
        _text.ResetWrittenCount();
        RowText.Append(_text, column, row, context.Table.Columns[index].Type, "NULL"u8);
        string cell = Encoding.UTF8.GetString(_text.WrittenSpan);
        return cell.AsSpan().IndexOfAny("\t\n\r") < 0
            ? cell
            : cell.Replace("\t", "\\t", StringComparison.Ordinal)
                .Replace("\n", "\\n", StringComparison.Ordinal)
                .Replace("\r", "\\r", StringComparison.Ordinal);
    }
}
