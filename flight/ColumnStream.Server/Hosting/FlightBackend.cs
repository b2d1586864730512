using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Errors;
using ColumnStream.Flight.Grpc;
using ColumnStream.Flight.Sql.Backend;
using ColumnStream.Planner.Functions;
using ColumnStream.Server.Security;
using ColumnStream.Server.Session;

namespace ColumnStream.Server.Hosting;

/// <summary>Is the engine behind Flight SQL: who a caller is, and sessions.</summary>
/// <param name="host">The sessions' process.</param>
/// <param name="accounts">Knows users; null lets everybody in as an administrator.</param>
/// <param name="time">The clock of logins.</param>
internal sealed class FlightBackend(SessionHost host, Accounts? accounts, TimeProvider time) : IFlightSqlBackend
{
    private const int MostLogins = 100_000;
    private static readonly TimeSpan s_loginTimeout = TimeSpan.FromHours(24);
    private static readonly Principal s_anybody = new("anonymous", Role.Admin);
    private readonly ConcurrentDictionary<string, (string User, DateTimeOffset LastUsed)> _logins = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public SqlServerFacts Facts { get; } = new(
        "ColumnStream", typeof(FlightBackend).Assembly.GetName().Version?.ToString(3) ?? "0")
    {
        NumericFunctions = Functions("arithmetic"),
        StringFunctions = Functions("string"),
        DateTimeFunctions = Functions("temporal"),
        SystemFunctions = Functions("conditional", "conversion", "hash", "json"),
        StatementTimeoutMs = 0,
    };

    /// <inheritdoc/>
    public async ValueTask<SqlLogin> LoginAsync(string user, string password, GrpcPeer peer, CancellationToken cancellation)
    {
        try
        {
            SqlLogin login = Issue(accounts is null
                ? s_anybody.Name : (await accounts.LoginAsync(user, password, peer.Address?.Address, cancellation)).Name);
            host.Audit?.WriteLogin(login.User, FromOf(peer));
            return login with { From = FromOf(peer) };
        }
        catch (ColumnStreamException failure)
        {
            host.Audit?.WriteStranger(user.Length > 0 ? user : "?", FromOf(peer));
            throw ErrorStatus.Wrap(failure);
        }
    }

    /// <inheritdoc/>
    public ValueTask<SqlLogin> AuthenticateAsync(string? token, GrpcPeer peer, CancellationToken cancellation)
    {
        try
        {
            if (token is not null
                && _logins.TryGetValue(AccessToken.HashOf(token), out (string User, DateTimeOffset LastUsed) login)
                && time.GetUtcNow() - login.LastUsed < s_loginTimeout)
            {
                _logins[AccessToken.HashOf(token)] = (login.User, time.GetUtcNow());
                return ValueTask.FromResult(new SqlLogin(PrincipalOf(login.User).Name, token, OwnsSession: true)
                {
                    From = FromOf(peer),
                });
            }

            string user = accounts is null ? s_anybody.Name : token is null ? throw Accounts.Unknown() : accounts.Find(token).Name;
            return ValueTask.FromResult(new SqlLogin(user, token ?? string.Empty, OwnsSession: false) { From = FromOf(peer) });
        }
        catch (ColumnStreamException failure)
        {
            host.Audit?.WriteStranger(string.Empty, FromOf(peer));
            throw ErrorStatus.Wrap(failure);
        }
    }

    /// <inheritdoc/>
    public ValueTask<SqlLogin> IssueAsync(SqlLogin login, CancellationToken cancellation) =>
        ValueTask.FromResult(Issue(login.User) with { From = login.From });

    /// <inheritdoc/>
    public ValueTask<ISqlSession> OpenSessionAsync(SqlLogin login, CancellationToken cancellation)
    {
        try
        {
            return ValueTask.FromResult<ISqlSession>(
                new FlightSession(host, host.Open(PrincipalOf(login.User), login.From), () => PrincipalOf(login.User)));
        }
        catch (ColumnStreamException failure)
        {
            throw ErrorStatus.Wrap(failure);
        }
    }

    private static string? FromOf(GrpcPeer peer) => peer.Address?.Address.ToString() ?? "unix";

    private static ValueList<string> Functions(params string[] families) => ValueList.From(
        FunctionCatalog.CallableNames.Where(name => FunctionCatalog.Find(name) is { } function
            && families.Contains(function.Family, StringComparer.OrdinalIgnoreCase)));

    private Principal PrincipalOf(string user) => accounts is null ? s_anybody : accounts.Get(user);

    private SqlLogin Issue(string user)
    {
        if (_logins.Count >= MostLogins)
        {
            foreach (string old in _logins.Where(l => time.GetUtcNow() - l.Value.LastUsed >= s_loginTimeout).Select(l => l.Key))
            {
                _logins.TryRemove(old, out _);
            }

            if (_logins.Count >= MostLogins)
            {
                throw new ResourceException(6003, "Too many clients are signed in at once. Try again later.");
            }
        }

        string token = AccessToken.Make();
        _logins[AccessToken.HashOf(token)] = (user, time.GetUtcNow());
        return new SqlLogin(user, token, OwnsSession: true);
    }
}
