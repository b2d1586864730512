using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Flight.Grpc;
using ColumnStream.Flight.Sql.Backend;

namespace ColumnStream.Testing.FlightSql;

/// <summary>
/// Is a backend without an engine: tables of batches, and statements that say what they do, so that a test sees what the service
/// made of a
/// client's calls. <c>SELECT * FROM t</c> gives a table, <c>ECHO</c> the parameters bound, <c>ENDLESS</c> batches until it is
/// ended,
/// <c>CHANGE n</c> a count of n for each row of parameters, <c>NONE</c> a query without rows, <c>HANG</c> one that never
/// begins; all else is an error at line 1.
/// </summary>
public sealed class MemorySqlBackend(BufferAllocator allocator) : IFlightSqlBackend
{
    private readonly ConcurrentDictionary<string, string> _tokens = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>Gets the tables by name.</summary>
    public ConcurrentDictionary<string, (Schema Schema, List<RecordBatch> Batches)> Tables { get; } = new(StringComparer.Ordinal);

    /// <summary>Gets what was done, in order.</summary>
    public ConcurrentQueue<string> Log { get; } = new();

    /// <summary>Gets the endless results that are open.</summary>
    public int OpenResults => Volatile.Read(ref _openResults);

    /// <summary>Gets the sessions that are open.</summary>
    public int OpenSessions => Volatile.Read(ref _openSessions);

    private int _openResults;
    private int _openSessions;

    /// <inheritdoc/>
    public SqlServerFacts Facts { get; } = new("MemoryStream", "1.2.3")
    {
        Keywords = ["ECHO", "ENDLESS"],
        NumericFunctions = ["ABS"],
        StatementTimeoutMs = 1000,
    };

    /// <summary>Gets the one password of every user but <c>nobody</c>.</summary>
    public static string Password => "secret";

    /// <summary>Gets a token that never ends and that many clients may share.</summary>
    public static string LastingToken => "lasting-token";

    /// <inheritdoc/>
    public ValueTask<SqlLogin> LoginAsync(string user, string password, GrpcPeer peer, CancellationToken cancellation) =>
        password == Password && user != "nobody"
            ? ValueTask.FromResult(Issue(user))
            : throw new GrpcException(GrpcStatusCode.Unauthenticated, "User or password is wrong.");

    /// <inheritdoc/>
    public ValueTask<SqlLogin> AuthenticateAsync(string? token, GrpcPeer peer, CancellationToken cancellation)
    {
        if (token == LastingToken)
        {
            return ValueTask.FromResult(new SqlLogin("robot", token, OwnsSession: false));
        }

        return token is not null && _tokens.TryGetValue(token, out string? user)
            ? ValueTask.FromResult(new SqlLogin(user, token, OwnsSession: true))
            : throw new GrpcException(GrpcStatusCode.Unauthenticated, "Token is unknown.");
    }

    /// <inheritdoc/>
    public ValueTask<SqlLogin> IssueAsync(SqlLogin login, CancellationToken cancellation) =>
        ValueTask.FromResult(Issue(login.User));

    /// <inheritdoc/>
    public ValueTask<ISqlSession> OpenSessionAsync(SqlLogin login, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _openSessions);
        return ValueTask.FromResult<ISqlSession>(new Session(this, login.User));
    }

    /// <summary>Forgets who is signed in, as a server does that is started again.</summary>
    public void ForgetLogins() => _tokens.Clear();

    private SqlLogin Issue(string user)
    {
        string token = $"token-{Interlocked.Increment(ref _count)}-of-{user}";
        _tokens[token] = user;
        return new SqlLogin(user, token, OwnsSession: true);
    }

    private sealed class Session(MemorySqlBackend backend, string user) : ISqlSession
    {
        private readonly ConcurrentDictionary<string, object> _options = new(StringComparer.Ordinal);

        public ValueTask<ISqlStatement> PrepareAsync(string sql, CancellationToken cancellation)
        {
            backend.Log.Enqueue($"prepare {sql}");
            return ValueTask.FromResult<ISqlStatement>(new Statement(backend, sql.Trim().TrimEnd(';'), user));
        }

        public async ValueTask<long> IngestAsync(SqlIngest target, ISqlResult rows, CancellationToken cancellation)
        {
            bool exists = backend.Tables.ContainsKey(target.Table);
            if (exists ? target.IfExists == SqlIngestMode.Fail : !target.CreateIfMissing)
            {
                throw new GrpcException(
                    exists ? GrpcStatusCode.AlreadyExists : GrpcStatusCode.NotFound,
                        $"Table {target.Table} {(exists ? "exists" : "is missing")}.");
            }

            List<RecordBatch> batches = exists
                && target.IfExists == SqlIngestMode.Append ? backend.Tables[target.Table].Batches : [];
            long count = 0;
            while (await rows.ReadAsync(cancellation) is { } batch)
            {
                // The upload's account ends with its call.
                batches.Add(ColumnStream.Arrow.Arrays.ArrayConcat.Concat([batch], backend.Allocator));
                count += batch.Length;
                batch.Release();
            }

            backend.Tables[target.Table] = (rows.Schema, batches);
            return count;
        }

        public ValueTask<IReadOnlyList<string>> CatalogsAsync(CancellationToken cancellation) =>
            ValueTask.FromResult<IReadOnlyList<string>>(["zoo", "default_catalog"]);

        public ValueTask<IReadOnlyList<SqlSchemaName>> SchemasAsync(CancellationToken cancellation) =>
            ValueTask.FromResult<IReadOnlyList<SqlSchemaName>>(
                [new("default_catalog", "default_database"), new("default_catalog", "sys"), new("zoo", "a_b")]);

        public ValueTask<IReadOnlyList<SqlTable>> TablesAsync(
            Func<SqlTable, bool> filter, bool columns, CancellationToken cancellation)
        {
            List<SqlTable> tables = [];
            foreach ((string name, (Schema Schema, List<RecordBatch> Batches) table) in backend.Tables)
            {
                tables.Add(new SqlTable("default_catalog", "default_database", name, name.StartsWith('v') ? "VIEW" : "TABLE")
                {
                    Columns = ValueList.From(
                        table.Schema.Fields.Select(f => new SqlColumn(f, f.Type.Id.ToString().ToUpperInvariant()))),
                    PrimaryKey = [table.Schema.Fields[0].Name],
                });
            }

            return ValueTask.FromResult<IReadOnlyList<SqlTable>>([.. tables.Where(filter)]);
        }

        public ValueTask<IReadOnlyDictionary<string, object>> OptionsAsync(CancellationToken cancellation) =>
            ValueTask.FromResult<IReadOnlyDictionary<string, object>>(_options);

        public ValueTask<SqlOptionResult> SetOptionAsync(string name, object? value, CancellationToken cancellation)
        {
            if (name is "unknown")
            {
                return ValueTask.FromResult(SqlOptionResult.UnknownName);
            }

            if (name is SqlSessionOptions.Schema && value is not ("default_database" or "sys"))
            {
                return ValueTask.FromResult(SqlOptionResult.WrongValue);
            }

            if (value is null)
            {
                _options.TryRemove(name, out _);
            }
            else
            {
                _options[name] = value;
            }

            return ValueTask.FromResult(SqlOptionResult.Set);
        }

        public ValueTask DisposeAsync()
        {
            Interlocked.Decrement(ref backend._openSessions);
            return ValueTask.CompletedTask;
        }
    }

    private BufferAllocator Allocator => allocator;

    private sealed class Statement : ISqlStatement
    {
        private static readonly Schema s_number = new(new Field("n", DataType.Int64, Nullable: false));

        private readonly MemorySqlBackend _backend;
        private readonly string _sql;
        private readonly string _user;
        private readonly long _change;

        public Statement(MemorySqlBackend backend, string sql, string user)
        {
            _backend = backend;
            _sql = sql;
            _user = user;
            string[] words = sql.Split(' ');
            int parameters = sql.Count(c => c == '?');
            ParameterSchema = new Schema(
                ValueList.From(Enumerable.Range(1, parameters).Select(i => new Field($"${i}", DataType.Utf8))));
            (IsUpdate, ResultSchema) = words[0] switch
            {
                "SELECT" when words is ["SELECT", "*", "FROM", var table] && backend.Tables.TryGetValue(table, out var found) =>
                    (false, found.Schema),
                "SELECT" when words is ["SELECT", "USER"] => (false, new Schema(new Field("user", DataType.Utf8))),
                "ECHO" or "ENDLESS" or "NONE" or "HANG" => (false, s_number),
                "CHANGE" when long.TryParse(words[1], out _change) => (true, s_number),
                _ => throw new GrpcException(
                    new GrpcStatus(GrpcStatusCode.InvalidArgument, $"line 1, column 1: unknown statement\n  {sql}\n  ^")
                {
                    Info = new GrpcErrorInfo("CST1001", "columnstream", new Dictionary<string, string> { ["sqlstate"] = "42601" }),
                }),
            };
        }

        public bool IsUpdate { get; }

        public Schema ResultSchema { get; }

        public Schema ParameterSchema { get; }

        public async ValueTask<ISqlResult> QueryAsync(RecordBatch? parameters, CancellationToken cancellation)
        {
            _backend.Log.Enqueue($"query {_sql} {parameters?.Length ?? 0}");
            if (_sql == "HANG")
            {
                await Task.Delay(Timeout.Infinite, cancellation);
            }

            if (_sql.StartsWith("ENDLESS", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref _backend._openResults);
                return new Result(s_number, [], () => Number(_backend.Allocator), _backend);
            }

            List<RecordBatch> batches = _sql switch
            {
                _ when _sql.StartsWith("ECHO", StringComparison.Ordinal) => parameters is null ? [] : [parameters.Retain()],
                "SELECT USER" => [Text(_user, ResultSchema, _backend.Allocator)],
                _ when _sql.StartsWith("SELECT", StringComparison.Ordinal) =>
                    [.. _backend.Tables[_sql.Split(' ')[3]].Batches.Select(b => b.Retain())],
                _ => [],
            };
            Schema schema = batches.Count > 0 ? batches[0].Schema : ResultSchema;
            return new Result(schema, batches, null, null);
        }

        public ValueTask<long> UpdateAsync(RecordBatch? parameters, CancellationToken cancellation)
        {
            _backend.Log.Enqueue($"update {_sql} {parameters?.Length ?? 0}");
            return IsUpdate
                ? ValueTask.FromResult(_change * (parameters?.Length ?? 1))
                : throw new GrpcException(GrpcStatusCode.InvalidArgument, "Statement is a query.");
        }

        public ValueTask DisposeAsync()
        {
            _backend.Log.Enqueue($"close {_sql}");
            return ValueTask.CompletedTask;
        }

        private static RecordBatch Number(BufferAllocator allocator)
        {
            using var column = new ColumnStream.Arrow.Builders.FixedWidthBuilder(DataType.Int64, allocator, 1);
            column.Append(1L);
            return new RecordBatch(s_number, [column.Finish()], 1);
        }

        private static RecordBatch Text(string text, Schema schema, BufferAllocator allocator)
        {
            using var column = new ColumnStream.Arrow.Builders.BinaryBuilder(DataType.Utf8, allocator, 1);
            column.Append(System.Text.Encoding.UTF8.GetBytes(text));
            return new RecordBatch(schema, [column.Finish()], 1);
        }
    }

    private sealed class Result(
        Schema schema, List<RecordBatch> batches, Func<RecordBatch>? endless, MemorySqlBackend? backend) : ISqlResult
    {
        private int _next;

        public Schema Schema => schema;

        public async ValueTask<RecordBatch?> ReadAsync(CancellationToken cancellation)
        {
            cancellation.ThrowIfCancellationRequested();
            if (endless is not null)
            {
                if (_next++ > 2)
                {
                    await Task.Delay(Timeout.Infinite, cancellation);
                }

                return endless();
            }

            return _next < batches.Count ? batches[_next++] : null;
        }

        public ValueTask DisposeAsync()
        {
            for (; _next < batches.Count; _next++)
            {
                batches[_next].Release();
            }

            if (backend is not null)
            {
                Interlocked.Decrement(ref backend._openResults);
            }

            return ValueTask.CompletedTask;
        }
    }
}
