using System;
using System.Buffers;
using System.Collections.Generic;
using System.IO;
using System.Text;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Connectors;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sinks;

namespace ColumnStream.Nexmark.Checking;

/// <summary>Takes every change and keeps the rows that stand: what a query answers in the end, as a multiset of lines of CSV.</summary>
internal sealed class AnswerConnector : Connector
{
    private readonly Dictionary<string, long> _standing = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override string Name => "answer";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionDefinition> Options => [];

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override ChangelogMode SinkChangelog(TableSpec table) => ChangelogMode.Retract;

    /// <inheritdoc/>
    public override SinkInstance CreateSink(SinkContext context) => new(new Writer(this, context), null);

    /// <summary>Writes the rows that stand into a file and forgets them; returns how many were taken back too often.</summary>
    public long WriteTo(string path)
    {
        long wrong = 0;
        using var file = new StreamWriter(path, append: false, new UTF8Encoding(false), 1 << 20);
        file.NewLine = "\n";
        foreach ((string row, long count) in _standing)
        {
            wrong += Math.Max(0, -count);
            for (long i = 0; i < count; i++)
            {
                file.WriteLine(row);
            }
        }

        _standing.Clear();
        return wrong;
    }

    private sealed unsafe class Writer(AnswerConnector owner, SinkContext context) : SinkWriter
    {
        private readonly ArrayBufferWriter<byte> _text = new();

        public override void Write(StreamBatch batch)
        {
            for (int i = 0; i < batch.Count; i++)
            {
                int row = batch.Selection is null ? i : batch.Selection.Pointer[i];
                _text.ResetWrittenCount();
                for (int c = 0; c < batch.Rows.Columns.Length; c++)
                {
                    if (c > 0)
                    {
                        _text.Write(","u8);
                    }

                    ArrayData column = batch.Rows.Columns[c];
                    RowText.Append(_text, column, row, context.Table.Columns[c].Type, default);
                }

                string line = Encoding.UTF8.GetString(_text.WrittenSpan);
                bool takesBack = batch.Kinds is not null && batch.Kinds[row] is (RowKind.UpdateBefore or RowKind.Delete);
                lock (owner._standing)
                {
                    long count = owner._standing.GetValueOrDefault(line) + (takesBack ? -1 : 1);
                    if (count == 0)
                    {
                        owner._standing.Remove(line);
                    }
                    else
                    {
                        owner._standing[line] = count;
                    }
                }
            }
        }

        public override void Flush()
        {
        }
    }
}
