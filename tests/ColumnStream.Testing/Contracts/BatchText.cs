using System.Buffers;
using System.Collections.Generic;
using System.Text;
using ColumnStream.Compute.Types;
using ColumnStream.Connectors;
using ColumnStream.Engine.Elements;

namespace ColumnStream.Testing.Contracts;

/// <summary>Prints batches as lines, so that tests compare text.</summary>
public static unsafe class BatchText
{
    /// <summary>Returns <c>+I[1, a]</c> for every selected row.</summary>
    public static IEnumerable<string> Rows(StreamBatch batch, IReadOnlyList<SqlType> types)
    {
        var lines = new List<string>();
        var text = new ArrayBufferWriter<byte>();
        for (int i = 0; i < batch.Count; i++)
        {
            int row = batch.Selection is null ? i : batch.Selection.Pointer[i];
            text.ResetWrittenCount();
            for (int c = 0; c < batch.Rows.Columns.Length; c++)
            {
                text.Write(c == 0 ? default : ", "u8);
                RowText.Append(text, batch.Rows.Columns[c], row, types[c], "null"u8);
            }

            RowKind kind = batch.Kinds is null ? RowKind.Insert : batch.Kinds[row];
            lines.Add($"{RowText.Kind(kind)}[{Encoding.UTF8.GetString(text.WrittenSpan)}]");
        }

        return lines;
    }
}
