using System;
using System.Data;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
using ColumnStream.Data.Execution;
using ColumnStream.Data.Values;
using ColumnStream.Flight;
using ColumnStream.Flight.Grpc;

namespace ColumnStream.Data.Metadata;

/// <summary>Reads the answers of metadata commands into tables.</summary>
internal static class MetadataTables
{
    /// <summary>Asks the server and reads all rows; columns keep the specification's names.</summary>
    public static async Task<DataTable> ReadAsync(
        ColumnStreamConnection connection, Func<GrpcCallOptions, Task<FlightInfo>> ask, string name, CancellationToken cancellation)
    {
        var table = new DataTable(name) { Locale = CultureInfo.InvariantCulture };
        await VisitAsync(connection, ask, batch => Append(table, batch), cancellation).ConfigureAwait(false);
        return table;
    }

    /// <summary>Asks for the server's version.</summary>
    public static async Task<string> ServerVersionAsync(ColumnStreamConnection connection, CancellationToken cancellation) =>
        await InfoTextAsync(connection, 1, cancellation).ConfigureAwait(false);

    /// <summary>Asks for one text of SqlInfo; empty where the server gives none.</summary>
    public static async Task<string> InfoTextAsync(ColumnStreamConnection connection, uint number, CancellationToken cancellation)
    {
        string text = string.Empty;
        await VisitAsync(
            connection,
            options => connection.Client.SqlInfoAsync([number], options),
            batch =>
            {
                if (batch.Length > 0 && batch.Columns[1] is UnionArray union && union.GetChild(0) == 0)
                {
                    text = System.Text.Encoding.UTF8.GetString(((BinaryArray)union.Fields[0]).GetBytes(union.GetChildRow(0)));
                }
            },
            cancellation).ConfigureAwait(false);
        return text;
    }

    /// <summary>Asks the server and shows every batch, which is good while it is shown.</summary>
    public static async Task VisitAsync(
        ColumnStreamConnection connection,
        Func<GrpcCallOptions, Task<FlightInfo>> ask,
        Action<RecordBatch> visit,
        CancellationToken cancellation)
    {
        GrpcCallOptions options = connection.Session().Options(cancellation);
        try
        {
            FlightInfo info = await ask(options).ConfigureAwait(false);
            await using var result = new Result(connection, info, new Schema(), options, new CancellationTokenSource());
            await result.OpenAsync().ConfigureAwait(false);
            while (await result.ReadAsync(cancellation).ConfigureAwait(false) is { } batch)
            {
                try
                {
                    visit(batch);
                }
                finally
                {
                    batch.Release();
                }
            }
        }
        catch (GrpcException e)
        {
            throw connection.Failed(e);
        }
    }

    private static void Append(DataTable table, RecordBatch batch)
    {
        var readers = new ColumnReader[batch.Columns.Length];
        for (int i = 0; i < readers.Length; i++)
        {
            readers[i] = ColumnReaders.Of(batch.Schema.Fields[i], i);
            readers[i].Bind(batch.Columns[i]);
            if (table.Columns.Count <= i)
            {
                table.Columns.Add(batch.Schema.Fields[i].Name, readers[i].ClrType);
            }
        }

        for (int row = 0; row < batch.Length; row++)
        {
            var values = new object[readers.Length];
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = readers[i].IsNull(row) ? DBNull.Value : readers[i].GetValue(row);
            }

            table.Rows.Add(values);
        }
    }
}
