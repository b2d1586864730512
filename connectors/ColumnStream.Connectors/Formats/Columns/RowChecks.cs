using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Connectors.Formats.Columns;

/// <summary>Checks, once a batch, that an insert-only format gets only inserts.</summary>
internal static unsafe class RowChecks
{
    /// <summary>Refuses a batch that updates or deletes.</summary>
    /// <exception cref="UserException">A selected row is no insert.</exception>
    public static void InsertOnly(StreamBatch batch, string format)
    {
        RowKind* kinds = batch.Kinds;
        int count = kinds is null ? 0 : batch.Count;
        for (int i = 0; i < count; i++)
        {
            RowKind kind = kinds[batch.Selection is null ? i : batch.Selection.Pointer[i]];
            if (kind != RowKind.Insert)
            {
                throw new UserException(
                    FormatErrors.BadRow, $"Format takes inserts only: '{format}' got {kind}. Use 'debezium-json' for changes.");
            }
        }
    }
}
