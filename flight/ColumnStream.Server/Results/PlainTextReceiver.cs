using System.IO;
using System.Text;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Engine.Elements;

namespace ColumnStream.Server.Results;

/// <summary>Prints texts of several lines as they are: a plan, or the statement that makes a table.</summary>
internal sealed class PlainTextReceiver(TextWriter output) : ResultReceiver
{
    /// <inheritdoc/>
    public override void Receive(StreamBatch batch)
    {
        Rows += batch.Count;
        var texts = (ViewArray)batch.Rows.Columns[0];
        for (int row = 0; row < batch.Rows.Length; row++)
        {
            output.WriteLine(Encoding.UTF8.GetString(texts.GetBytes(row)).TrimEnd('\n'));
        }
    }

    /// <inheritdoc/>
    public override void Complete() => output.Flush();
}
