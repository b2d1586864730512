using System;
using System.Data;
using System.IO;
using System.Net.Sockets;
using ColumnStream.Engine.Errors;
using Npgsql;

namespace ColumnStream.Connectors.Jdbc;

/// <summary>Holds one connection to a database and turns its errors into ours. One thread.</summary>
/// <remarks>
/// Sessions are kept while they work and dropped at the first error: whether a lost COMMIT was done is told by the epoch's
/// row alone. A session that loses its client ends by itself, so that its locks go.
/// </remarks>
internal sealed class PostgresDatabase : IDisposable
{
    private const string Setting =
        "SELECT set_config('lock_timeout', $1, false), set_config('idle_in_transaction_session_timeout', '60s', false), "
        + "set_config('tcp_keepalives_idle', '10', false), set_config('tcp_keepalives_interval', '5', false), "
        + "set_config('tcp_keepalives_count', '3', false), set_config('statement_timeout', '0', false), "
        + "set_config('synchronous_commit', "
        + "CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, false)";

    private readonly NpgsqlConnectionStringBuilder _builder;
    private readonly AllowedNetworks _networks;
    private NpgsqlDataSource? _source;
    private readonly string _lockTimeout;
    private NpgsqlConnection? _connection;

    public PostgresDatabase(JdbcOptions options, string application, ConnectorAccess access)
    {
        _networks = access.Networks;
        _builder = new NpgsqlConnectionStringBuilder
        {
            Username = options.UserName ?? Environment.UserName,
            Password = options.Password,
            Pooling = false,
            Timeout = (int)options.ConnectTimeout.TotalSeconds,
            CommandTimeout = 0,
            IncludeErrorDetail = true,
            ApplicationName = application.Length <= 63 ? application : application[..63],
            TcpKeepAlive = true,
            TcpKeepAliveTime = 10,
            TcpKeepAliveInterval = 5,
        };
        options.Url.Apply(_builder);
        _lockTimeout = $"{(long)options.LockTimeout.TotalMilliseconds}ms";
        Url = options.Url;
    }

    public PostgresUrl Url { get; }

    /// <summary>Runs <paramref name="work"/> in a transaction and commits it; any error drops the connection.</summary>
    public void InTransaction(string purpose, Action<NpgsqlConnection> work) => Guard(purpose, connection =>
    {
        using NpgsqlTransaction transaction = connection.BeginTransaction(IsolationLevel.ReadCommitted);
        work(connection);
        transaction.Commit();
        return true;
    });

    /// <summary>Runs <paramref name="work"/> on the connection, which is opened when there is none.</summary>
    /// <exception cref="ExternalException">The database failed: retryable when it may go better next time.</exception>
    public T Guard<T>(string purpose, Func<NpgsqlConnection, T> work)
    {
        bool isDone = false;
        try
        {
            T result = work(Connection());
            isDone = true;
            return result;
        }
        catch (PostgresException failure)
        {
            throw PostgresErrors.Translate(purpose, Url, failure);
        }
        catch (Exception failure) when (failure is NpgsqlException or IOException or SocketException or TimeoutException
            or InvalidOperationException or OperationCanceledException)
        {
            throw PostgresErrors.Lost(purpose, Url, failure);
        }
        finally
        {
            if (!isDone)
            {
                Drop();
            }
        }
    }

    /// <summary>Makes a command with positional parameters.</summary>
    public static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params object[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (object parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        }

        return command;
    }

    /// <summary>Runs a statement.</summary>
    public static void Execute(NpgsqlConnection connection, string sql, params object[] parameters)
    {
        using NpgsqlCommand command = Command(connection, sql, parameters);
        command.ExecuteNonQuery();
    }

    /// <summary>Writes a name between quotation marks, so that it is a name whatever it holds.</summary>
    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public void Dispose()
    {
        Drop();
        _source?.Dispose();
    }

    private NpgsqlConnection Connection()
    {
        if (_connection is null)
        {
            NpgsqlConnection connection = Source().CreateConnection();
            try
            {
                connection.Open();
                Execute(connection, Setting, _lockTimeout);
                _connection = connection;
            }
            finally
            {
                if (_connection is null)
                {
                    connection.Dispose();
                }
            }
        }

        return _connection;
    }

    /// <summary>Returns what makes connections; hosts are looked up anew where not all may be reached.</summary>
    private NpgsqlDataSource Source()
    {
        if (_source is null || !_networks.IsAll)
        {
            _source?.Dispose();
            _builder.Host = Url.HostsWithin(_networks);
            var source = new NpgsqlDataSourceBuilder(_builder.ConnectionString);
            source.ConfigureTypeLoading(static types => types.EnableTypeLoading(false));
            _source = source.Build();
        }

        return _source;
    }

    private void Drop()
    {
        NpgsqlConnection? connection = _connection;
        _connection = null;
        try
        {
            connection?.Dispose();
        }
        catch (Exception failure) when (failure is NpgsqlException or IOException or SocketException or InvalidOperationException)
        {
            // The session is broken already; the server ends its half by itself.
        }
    }
}
