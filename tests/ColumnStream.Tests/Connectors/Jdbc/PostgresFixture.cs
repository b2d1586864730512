using System;
using System.Globalization;
using System.Threading;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Plan;
using ColumnStream.Testing.Contracts;
using ColumnStream.Testing.Postgres;

namespace ColumnStream.Tests.Connectors.Jdbc;

/// <summary>Holds one database cluster for all tests of a collection; each makes tables of its own.</summary>
public sealed class PostgresFixture : IDisposable
{
    private readonly Lazy<PostgresServer> _server = new(PostgresServer.Start);
    private int _tables;

    public PostgresServer Server => _server.Value;

    /// <summary>Makes a table in the database and returns its name.</summary>
    public string NewTable(string columns)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"t{Interlocked.Increment(ref _tables)}");
        Server.Query($"CREATE TABLE {name} ({columns})");
        return name;
    }

    /// <summary>Returns the specification of a table (id BIGINT, name STRING), with id as its key or without one.</summary>
    public TableSpec Spec(string name, bool isKeyed = false, string? url = null)
    {
        TableSpec spec = TableSpecs.Make(
            [("id", SqlType.BigInt.WithNullable(!isKeyed)), ("name", SqlType.String)],
            ("connector", "jdbc"), ("url", url ?? Server.Url), ("table-name", name),
            ("username", PostgresServer.User), ("password", PostgresServer.Password));
        return isKeyed ? spec with { PrimaryKey = ColumnStream.Arrow.Types.ValueList.Create<int>([0]) } : spec;
    }

    public void Dispose()
    {
        if (_server.IsValueCreated)
        {
            _server.Value.Dispose();
        }
    }
}
