using System;
using System.Data;
using System.Data.Common;
using System.Linq;
using System.Threading.Tasks;
using ColumnStream.Arrow.Types;
using ColumnStream.Data;
using Xunit;

namespace ColumnStream.Tests.Data;

/// <summary>
/// Goal: what code for any provider relies on holds: behaviours, timeouts, factories, adapters, tables of columns. Method: the driver
/// through ADO.NET's own types, over a backend that writes down what it is asked.
/// </summary>
public sealed class ProviderContractTests
{
    private static readonly Field[] s_fields =
    [
        new("id", DataType.Int32, Nullable: false), new("name", DataType.Utf8), new("price", DataType.Decimal128(10, 2)),
    ];

    [Fact]
    public async Task A_registered_factory_makes_all_and_an_adapter_fills_tables()
    {
        DbProviderFactories.RegisterFactory("ColumnStream.Data", ColumnStreamFactory.Instance);
        await using DriverServer server = await DriverServer.StartAsync();
        Fill(server);
        DbProviderFactory factory = DbProviderFactories.GetFactory("ColumnStream.Data");
        Assert.True(factory.CanCreateDataAdapter && factory.CanCreateBatch && !factory.CanCreateCommandBuilder);
        await using DbConnection connection = factory.CreateConnection()!;
        connection.ConnectionString = server.Server.ConnectionString + ";Pooling=false";
        await using DbCommand command = factory.CreateCommand()!;
        command.Connection = connection;
        command.CommandText = "SELECT * FROM t";
        using DbDataAdapter adapter = factory.CreateDataAdapter()!;
        adapter.SelectCommand = command;
        using var set = new DataSet();
        Assert.Equal(2, adapter.Fill(set)); // it opens the connection and closes it again
        Assert.Equal(ConnectionState.Closed, connection.State);
        Assert.Equal([1, "a", 1.50m], set.Tables[0].Rows[0].ItemArray.Select((v, i) => i == 2 ? (decimal)v! : v));
        Assert.Equal(DBNull.Value, set.Tables[0].Rows[1]["name"]);
        using var table = new DataTable();
        adapter.MissingSchemaAction = MissingSchemaAction.AddWithKey;
        adapter.FillSchema(table, SchemaType.Source);
        Assert.Equal([typeof(int), typeof(string), typeof(decimal)], table.Columns.Cast<DataColumn>().Select(c => c.DataType));
    }

    [Fact]
    public async Task Each_behaviour_means_what_its_name_says()
    {
        await using DriverServer server = await DriverServer.StartAsync();
        Fill(server);
        var connection = new ColumnStreamConnection(server.Server.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        DbCommand command = connection.CreateCommand("SELECT * FROM t");
        foreach (CommandBehavior behavior in new[]
        {
            CommandBehavior.Default, CommandBehavior.SequentialAccess, CommandBehavior.SingleResult, CommandBehavior.KeyInfo,
        })
        {
            await using DbDataReader reader = await command.ExecuteReaderAsync(behavior);
            Assert.True(await reader.ReadAsync());
            Assert.True(await reader.ReadAsync());
            Assert.False(await reader.ReadAsync());
            Assert.False(await reader.NextResultAsync());
        }

        await using (DbDataReader reader = await command.ExecuteReaderAsync(CommandBehavior.SchemaOnly))
        {
            Assert.Equal((3, false), (reader.FieldCount, await reader.ReadAsync()));
            DataTable columns = reader.GetSchemaTable()!;
            Assert.Equal(["id", "name", "price"], columns.Rows.Cast<DataRow>().Select(row => row["ColumnName"]));
            Assert.Equal((typeof(decimal), 10, 2, true), (
                columns.Rows[2]["DataType"], columns.Rows[2]["NumericPrecision"], columns.Rows[2]["NumericScale"],
                columns.Rows[2]["AllowDBNull"]));
        }

        await using (DbDataReader reader = await command.ExecuteReaderAsync(
            CommandBehavior.SingleRow | CommandBehavior.CloseConnection))
        {
            Assert.True(await reader.ReadAsync());
            Assert.False(await reader.ReadAsync());
        }

        Assert.Equal(ConnectionState.Closed, connection.State);
    }

    [Fact]
    public async Task A_timeout_ends_a_start_that_gives_no_rows_and_zero_is_no_timeout()
    {
        await using DriverServer server = await DriverServer.StartAsync();
        await using ColumnStreamConnection connection = await server.Source.OpenConnectionAsync();
        await using ColumnStreamCommand command = connection.CreateCommand("HANG");
        Assert.Equal(30, command.CommandTimeout);
        Assert.Throws<ArgumentOutOfRangeException>(() => command.CommandTimeout = -1);
        command.CommandTimeout = 1;
        ColumnStreamException late = await Assert.ThrowsAsync<ColumnStreamException>(() => command.ExecuteReaderAsync());
        Assert.Equal(("57014", false), (late.SqlState, late.IsTransient));
        Assert.IsType<TimeoutException>(late.InnerException);
        command.CommandTimeout = 0;
        Task<ColumnStreamDataReader> hanging = command.ExecuteReaderAsync();
        command.Cancel();
        Assert.NotNull(await Record.ExceptionAsync(() => hanging));
        command.CommandText = "ECHO ?";
        command.Parameters.AddWithValue(7);
        Assert.Equal(7, await command.ExecuteScalarAsync()); // the connection is as good as before
    }

    private static void Fill(DriverServer server) => server.Table("t", s_fields, [1, "a", (Int128)150], [2, null, null]);
}
