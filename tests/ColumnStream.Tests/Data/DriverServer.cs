using System;
using System.Collections.Generic;
using System.Text;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Types;
using ColumnStream.Data;
using ColumnStream.Testing.FlightSql;

namespace ColumnStream.Tests.Data;

/// <summary>Runs a server of tables in memory with a data source of the driver; nothing may be left of what either lent.</summary>
internal sealed class DriverServer : IAsyncDisposable
{
    private DriverServer(LoopbackFlightSql server, string more)
    {
        Server = server;
        Source = new ColumnStreamDataSource(server.ConnectionString + more);
    }

    public LoopbackFlightSql Server { get; }

    public ColumnStreamDataSource Source { get; }

    public static async Task<DriverServer> StartAsync(string more = "") => new(await LoopbackFlightSql.StartAsync(), more);

    /// <summary>Makes a table of one column with the values given; null rows by null.</summary>
    public void Table(string name, Field field, params object?[] values) =>
        Table(name, [field], Array.ConvertAll(values, v => new[] { v }));

    /// <summary>Makes a table of rows.</summary>
    public void Table(string name, Field[] fields, params object?[][] rows)
    {
        var schema = new Schema(fields);
        var columns = new ArrayData[fields.Length];
        for (int i = 0; i < fields.Length; i++)
        {
            using ColumnBuilder builder = ColumnBuilder.Create(fields[i].Type, Server.Allocator, rows.Length + 1);
            foreach (object?[] row in rows)
            {
                Append(builder, row[i]);
            }

            columns[i] = builder.Finish();
        }

        Server.Backend.Tables[name] = (schema, [new RecordBatch(schema, columns, rows.Length)]);
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await Server.DisposeAsync();
    }

    private static void Append(ColumnBuilder builder, object? value)
    {
        switch (builder, value)
        {
            case (_, null):
                builder.AppendNull();
                break;
            case (BooleanBuilder b, bool v):
                b.Append(v);
                break;
            case (BinaryBuilder b, string v):
                b.Append(Encoding.UTF8.GetBytes(v));
                break;
            case (BinaryBuilder b, byte[] v):
                b.Append(v);
                break;
            case (ViewBuilder b, string v):
                b.Append(Encoding.UTF8.GetBytes(v));
                break;
            case (FixedWidthBuilder b, byte[] v):
                b.AppendBytes(v);
                break;
            case (FixedWidthBuilder b, _):
                AppendNumber(b, value);
                break;
            case (ListBuilder b, object?[] v):
                foreach (object? item in v)
                {
                    Append(b.Items, item);
                }

                b.AppendList();
                break;
            case (StructBuilder b, object?[] v):
                for (int i = 0; i < v.Length; i++)
                {
                    Append(b.Fields[i], v[i]);
                }

                b.AppendStruct();
                break;
            case (MapBuilder b, Dictionary<string, int> v):
                foreach ((string key, int item) in v)
                {
                    Append(b.Keys, key);
                    Append(b.Values, item);
                }

                b.AppendMap();
                break;
            default:
                throw new NotSupportedException($"{builder.Type} {value}");
        }
    }

    private static void AppendNumber(FixedWidthBuilder builder, object value)
    {
        switch (value)
        {
            case sbyte v:
                builder.Append(v);
                break;
            case byte v:
                builder.Append(v);
                break;
            case short v:
                builder.Append(v);
                break;
            case ushort v:
                builder.Append(v);
                break;
            case int v:
                builder.Append(v);
                break;
            case uint v:
                builder.Append(v);
                break;
            case long v:
                builder.Append(v);
                break;
            case ulong v:
                builder.Append(v);
                break;
            case Half v:
                builder.Append(v);
                break;
            case float v:
                builder.Append(v);
                break;
            case double v:
                builder.Append(v);
                break;
            case Int128 v:
                builder.Append(v);
                break;
            default:
                throw new NotSupportedException($"{builder.Type} {value}");
        }
    }
}
