using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Options;
using Npgsql;

namespace ColumnStream.Connectors.Jdbc;

/// <summary>Is the address of a database: <c>jdbc:postgresql://host:port/database?sslmode=require</c>.</summary>
/// <param name="Hosts">Hosts with ports, as the client takes them; a folder of sockets is written with %2F.</param>
/// <param name="Database">The database.</param>
/// <param name="Parameters">What stood behind the question mark, allowed keys only.</param>
internal sealed record PostgresUrl(string Hosts, string Database, IReadOnlyDictionary<string, string> Parameters)
{
    private const string Prefix = "jdbc:postgresql:";
    private const int DefaultPort = 5432;

    /// <summary>The parameters that are taken; all others are refused, since drivers read files and run code by them.</summary>
    private static readonly string[] s_known =
        ["applicationname", "connecttimeout", "currentschema", "ssl", "sslmode", "sslrootcert", "tcpkeepalive"];

    /// <summary>Reads an address.</summary>
    /// <exception cref="UserException">It is wrong; the message holds no parameter.</exception>
    public static PostgresUrl Parse(OptionReader reader, string url)
    {
        int question = url.IndexOf('?', StringComparison.Ordinal);
        string address = question < 0 ? url : url[..question];
        if (!address.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            throw Wrong(reader, address);
        }

        string rest = address[Prefix.Length..];
        string hosts = $"localhost:{DefaultPort}";
        if (rest.StartsWith("//", StringComparison.Ordinal))
        {
            int slash = rest.IndexOf('/', 2);
            hosts = HostsOf(reader, address, slash < 0 ? rest[2..] : rest[2..slash]) ?? hosts;
            rest = slash < 0 ? string.Empty : rest[(slash + 1)..];
        }

        string database = Uri.UnescapeDataString(rest);
        if (database.Length == 0 || database.Contains('/', StringComparison.Ordinal))
        {
            throw Wrong(reader, address);
        }

        return new PostgresUrl(hosts, database, ParametersOf(reader, question < 0 ? string.Empty : url[(question + 1)..]));
    }

    /// <summary>Gets whether the server's certificate must be that of its name.</summary>
    public bool ProvesName => SslModeOf() == SslMode.VerifyFull;

    /// <summary>Returns the address with the paths of its files and sockets, which may lead only where folders are open.</summary>
    /// <exception cref="UserException">One leads elsewhere.</exception>
    public PostgresUrl Within(AllowedFolders folders)
    {
        foreach ((string host, _) in Parts().Where(static part => part.Host[0] is '/' or '@'))
        {
            folders.Resolve(host);
        }

        return Parameters.TryGetValue("sslrootcert", out string? root)
            ? this with
            {
                Parameters = new Dictionary<string, string>(Parameters, StringComparer.OrdinalIgnoreCase)
                {
                    ["sslrootcert"] = folders.Resolve(root),
                },
            }
            : this;
    }

    /// <summary>Returns the address with hosts that were looked up and may be reached, as the client takes them.</summary>
    /// <remarks>
    /// The client is given addresses, so that a name cannot mean another one by the time of its own look-up; where the certificate must
    /// prove the name it is given the name, since a host inside has no certificate of a name outside.
    /// </remarks>
    /// <exception cref="UserException">One may not be reached.</exception>
    /// <exception cref="ExternalException">One is not known.</exception>
    public string HostsWithin(AllowedNetworks networks)
    {
        if (networks.IsAll)
        {
            return Hosts;
        }

        var hosts = new List<string>();
        foreach ((string host, string port) in Parts())
        {
            if (host[0] is '/' or '@')
            {
                hosts.Add($"{host}:{port}");
                continue;
            }

            IPAddress[] addresses = networks.ResolveAsync(host, CancellationToken.None).GetAwaiter().GetResult();
            hosts.AddRange(ProvesName ? [$"{host}:{port}"] : addresses.Select(address => $"{Bracketed(address)}:{port}"));
        }

        return string.Join(',', hosts);
    }

    /// <summary>Puts the address into what the client connects with.</summary>
    public void Apply(NpgsqlConnectionStringBuilder builder)
    {
        builder.Host = Hosts;
        builder.Database = Database;
        if (Parameters.TryGetValue("currentschema", out string? schema))
        {
            builder.SearchPath = schema;
        }

        builder.SslMode = SslModeOf();
        if (Parameters.TryGetValue("sslrootcert", out string? root))
        {
            builder.RootCertificate = root;
        }

        if (Parameters.TryGetValue("connecttimeout", out string? timeout))
        {
            builder.Timeout = int.Parse(timeout, CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Names host and database for messages.</summary>
    public override string ToString() => $"{Hosts}/{Database}";

    private IEnumerable<(string Host, string Port)> Parts() => Hosts.Split(',').Select(static host =>
        (host[..host.LastIndexOf(':')], host[(host.LastIndexOf(':') + 1)..]));

    /// <summary>Writes an address so that the client finds the port behind it: one of version 6 has colons of its own.</summary>
    private static string Bracketed(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();

    private SslMode SslModeOf() => Parameters.GetValueOrDefault("sslmode")?.ToLowerInvariant() switch
    {
        "disable" => SslMode.Disable,
        "allow" => SslMode.Allow,
        "require" => SslMode.Require,
        "verify-ca" => SslMode.VerifyCA,
        "verify-full" => SslMode.VerifyFull,
        null when Parameters.GetValueOrDefault("ssl") is "true" or "" => SslMode.VerifyFull,
        _ => SslMode.Prefer,
    };

    private static string? HostsOf(OptionReader reader, string address, string text)
    {
        if (text.Length == 0)
        {
            return null;
        }

        var hosts = new List<string>();
        foreach (string part in text.Split(','))
        {
            int colon = part.EndsWith(']') ? -1 : part.LastIndexOf(':');
            string host = Uri.UnescapeDataString(colon < 0 ? part : part[..colon]).Trim('[', ']');
            int port = DefaultPort;
            bool isRight = host.Length > 0 && !host.Contains('@', StringComparison.Ordinal)
                && (colon < 0 || (int.TryParse(part[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port)
                    && port is > 0 and < 65536));
            hosts.Add(isRight ? $"{host}:{port}" : throw Wrong(reader, address));
        }

        return string.Join(',', hosts);
    }

    private static Dictionary<string, string> ParametersOf(OptionReader reader, string query)
    {
        var parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (string pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            string key = (equals < 0 ? pair : pair[..equals]).ToLowerInvariant();
            string value = equals < 0 ? string.Empty : Uri.UnescapeDataString(pair[(equals + 1)..]);
            if (key is "user" or "password")
            {
                throw reader.Error(
                    3111, $"Option has a wrong value: 'url' holds '{key}'. Expected the options 'username' and 'password' for it.");
            }

            if (Array.IndexOf(s_known, key) < 0)
            {
                string? near = OptionValue.Nearest(s_known, key);
                throw reader.Error(
                    3111,
                    $"Option has a wrong value: 'url' holds the unknown parameter '{key}'. "
                        + (near is null ? $"Known are {string.Join(", ", s_known)}." : $"Did you mean '{near}'?"));
            }

            bool isWrong = key switch
            {
                "sslmode" => value.ToLowerInvariant()
                    is not ("disable" or "allow" or "prefer" or "require" or "verify-ca" or "verify-full"),
                "ssl" => value is not ("" or "true" or "false"),
                "connecttimeout" => !int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int s) || s > 1000,
                _ => false,
            };
            if (isWrong)
            {
                throw reader.Error(3111, $"Option has a wrong value: 'url' holds '{key}={value}'.");
            }

            parameters[key] = value;
        }

        return parameters;
    }

    private static UserException Wrong(OptionReader reader, string address) => reader.Error(
        3111, $"Option has a wrong value: 'url' = '{address}'. Expected jdbc:postgresql://host:port/database.");
}
