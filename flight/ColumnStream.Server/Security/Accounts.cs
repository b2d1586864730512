using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Storage;
using ColumnStream.Server.Catalogs;

namespace ColumnStream.Server.Security;

/// <summary>Knows users by password and token: <c>users/NAME/000002.json</c>, the newest of a name holds.</summary>
/// <remarks>What another process changes is seen after two seconds at most. Thread-safe.</remarks>
/// <param name="store">Where the records lie.</param>
/// <param name="time">The clock of tokens and of delays behind wrong passwords.</param>
internal sealed class Accounts(IObjectStore store, TimeProvider time)
{
    private const string Folder = "users/";
    private const int FreeFailures = 4;
    private const int FreeFailuresOfAddress = 10;
    private const int MostFailures = 10_000;
    private const int MostWaiting = 64;
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (int Count, DateTimeOffset Until)> _failures = new(StringComparer.Ordinal);
    private readonly Dictionary<IPAddress, (int Count, DateTimeOffset Until)> _addressFailures = [];
    private readonly SemaphoreSlim _logins = new(Math.Max(1, Environment.ProcessorCount / 2));
    private Dictionary<string, UserRecord> _users = new(StringComparer.Ordinal);
    private Dictionary<string, (string User, TokenRecord Token)> _tokens = new(StringComparer.Ordinal);
    private int _waiting;
    private DateTimeOffset _loadedAt = DateTimeOffset.MinValue;

    /// <summary>Gets the users, by name.</summary>
    public IReadOnlyList<UserRecord> Users
    {
        get
        {
            lock (_gate)
            {
                Load(always: true);
                return [.. _users.Values.OrderBy(user => user.Name, StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>Finds a user by name and password.</summary>
    /// <param name="user">The name.</param>
    /// <param name="password">The password.</param>
    /// <param name="from">Where the caller is, or null for this machine's socket.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="ColumnStreamException">Name or password is wrong, or there were too many wrong ones.</exception>
    public async ValueTask<Principal> LoginAsync(
        string user, string password, IPAddress? from, CancellationToken cancellation)
    {
        UserRecord? known;
        lock (_gate)
        {
            Load(always: false);
            known = _users.GetValueOrDefault(user);
            Wait(_failures.GetValueOrDefault(user), "for this user");
            if (from is not null)
            {
                Wait(_addressFailures.GetValueOrDefault(from), "from this address");
            }

            if (_waiting >= MostWaiting)
            {
                throw new ResourceException(6003, "Too many clients sign in at once. Try again later.");
            }

            _waiting++;
        }

        bool fits;
        try
        {
            await _logins.WaitAsync(cancellation);
        }
        finally
        {
            lock (_gate)
            {
                _waiting--;
            }
        }

        try
        {
            fits = PasswordHash.Fits(password, known?.Password ?? PasswordHash.Nobody) && known?.Password is not null;
        }
        finally
        {
            _logins.Release();
        }

        lock (_gate)
        {
            if (fits)
            {
                _failures.Remove(user);
                return PrincipalOf(known!);
            }

            Fail(_failures, user, FreeFailures);
            if (from is not null)
            {
                Fail(_addressFailures, from, FreeFailuresOfAddress);
            }
        }

        throw Unknown();
    }

    /// <summary>Finds a user by token.</summary>
    /// <exception cref="UserException">No user has it, or it has ended.</exception>
    public Principal Find(string token)
    {
        string hash = AccessToken.HashOf(token);
        lock (_gate)
        {
            Load(always: false);
            return _tokens.TryGetValue(hash, out (string User, TokenRecord Token) found)
                && (found.Token.ExpiresMs is null || found.Token.ExpiresMs > time.GetUtcNow().ToUnixTimeMilliseconds())
                ? PrincipalOf(_users[found.User]) : throw Unknown();
        }
    }

    /// <summary>Returns what a user may do now.</summary>
    /// <exception cref="UserException">The user is gone.</exception>
    public Principal Get(string user)
    {
        lock (_gate)
        {
            Load(always: false);
            return _users.TryGetValue(user, out UserRecord? known) ? PrincipalOf(known) : throw Unknown();
        }
    }

    /// <summary>Makes a user or changes one.</summary>
    /// <param name="name">The name.</param>
    /// <param name="change">Gives the new record of the old one, which has only a name where there was none.</param>
    public void Change(string name, Func<UserRecord, UserRecord> change)
    {
        if (name.Length is 0 or > 64 || name[0] == '.'
            || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
        {
            throw new UserException(
                3111, $"Name of a user is wrong: '{name}'. Expected up to 64 letters, digits, '-', '_' or '.'.");
        }

        lock (_gate)
        {
            Load(always: true);
            UserRecord record = change(_users.GetValueOrDefault(name) ?? new UserRecord(name, AccessRules.Name(Role.Viewer)));
            int version = Records(name).Count + 1;
            string file = string.Create(CultureInfo.InvariantCulture, $"{Folder}{name}/{version:D6}.json");
            if (!SealedJson.TryCreate(store, file, record, StoreJson.Default.UserRecord))
            {
                throw new ExternalException(5060, $"Another process changes the user {name}: try again.", retryable: true);
            }

            Load(always: true);
        }
    }

    /// <summary>Gives a user a new token and returns it; only its hash is kept.</summary>
    public string AddToken(string user, TimeSpan? lifetime)
    {
        string token = AccessToken.Make();
        DateTimeOffset now = time.GetUtcNow();
        Change(user, record => record with
        {
            IsRemoved = false,
            Tokens =
            [
                .. record.Tokens.Where(t => t.ExpiresMs is null || t.ExpiresMs > now.ToUnixTimeMilliseconds()),
                new TokenRecord(
                    AccessToken.HashOf(token), now.ToUnixTimeMilliseconds(), (now + lifetime)?.ToUnixTimeMilliseconds()),
            ],
        });
        return token;
    }

    /// <summary>Makes the error of whoever is not known: it does not say what was wrong.</summary>
    public static UserException Unknown() =>
        new(3161, "User name, password or token is wrong. Sign in by name and password, or send 'authorization: Bearer <token>'.");

    private void Wait((int Count, DateTimeOffset Until) failed, string whose)
    {
        if (failed.Until > time.GetUtcNow())
        {
            throw new ResourceException(
                6003, $"Too many wrong passwords {whose}: try again in {(failed.Until - time.GetUtcNow()).TotalSeconds:0} s.");
        }
    }

    private void Fail<T>(Dictionary<T, (int Count, DateTimeOffset Until)> failures, T whose, int free)
        where T : notnull
    {
        int count = failures.GetValueOrDefault(whose).Count + 1;
        double delay = count <= free ? 0 : Math.Min(Math.Pow(2, Math.Min(10, count - free)), s_longestDelay.TotalSeconds);
        if (failures.Count >= MostFailures && !failures.ContainsKey(whose))
        {
            // Those that wait no more are forgotten first.
            foreach (T old in failures.Where(f => f.Value.Until <= time.GetUtcNow()).Select(static f => f.Key).ToArray())
            {
                failures.Remove(old);
            }
        }

        failures[whose] = (count, time.GetUtcNow() + TimeSpan.FromSeconds(delay));
    }

    private static Principal PrincipalOf(UserRecord user) =>
        new(user.Name, Enum.TryParse(user.Role, ignoreCase: true, out Role role) ? role : Role.Viewer);

    private List<string> Records(string name) =>
        [.. store.List($"{Folder}{name}/").Where(static file => file.EndsWith(".json", StringComparison.Ordinal))];

    private void Load(bool always)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (!always && now - _loadedAt < s_fresh)
        {
            return;
        }

        _loadedAt = now;
        var users = new Dictionary<string, UserRecord>(StringComparer.Ordinal);
        var tokens = new Dictionary<string, (string User, TokenRecord Token)>(StringComparer.Ordinal);
        foreach (IGrouping<string, string> files in store.List(Folder).GroupBy(static file => file.Split('/')[1]))
        {
            if (SealedJson.Read(store, files.Last(), StoreJson.Default.UserRecord) is { IsRemoved: false } user)
            {
                users[user.Name] = user;
                foreach (TokenRecord token in user.Tokens)
                {
                    tokens[token.Hash] = (user.Name, token);
                }
            }
        }

        (_users, _tokens) = (users, tokens);
    }
}
