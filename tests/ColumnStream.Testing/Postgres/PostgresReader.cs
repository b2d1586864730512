using System;
using System.Collections.Generic;
using System.Globalization;
using Npgsql;

namespace ColumnStream.Testing.Postgres;

/// <summary>Asks a database over one session.</summary>
public sealed class PostgresReader : IDisposable
{
    private readonly NpgsqlConnection _connection;

    /// <summary>Opens a session.</summary>
    public PostgresReader(string settings)
    {
        _connection = new NpgsqlConnection(settings);
        _connection.Open();
    }

    /// <summary>Runs a statement.</summary>
    public void Execute(string sql)
    {
        using var command = new NpgsqlCommand(sql, _connection);
        command.ExecuteNonQuery();
    }

    /// <summary>Returns the one number that a query gives.</summary>
    public long Count(string sql)
    {
        using var command = new NpgsqlCommand(sql, _connection);
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    /// <summary>Returns rows as text, columns separated by |.</summary>
    public List<string> Rows(string sql)
    {
        using var command = new NpgsqlCommand(sql, _connection);
        using NpgsqlDataReader reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
        {
            object[] values = new object[reader.FieldCount];
            reader.GetValues(values);
            rows.Add(string.Join('|', Array.ConvertAll(values, v => Convert.ToString(v, CultureInfo.InvariantCulture))));
        }

        return rows;
    }

    public void Dispose() => _connection.Dispose();
}
