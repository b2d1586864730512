using System;
using System.Collections.Generic;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ColumnStream.Data;

/// <summary>
/// Reads and writes connection strings: <c>Host=localhost;Port=31337;Username=root;Password=…;Database=default_database</c>.
/// </summary>
/// <remarks>
/// Names are compared without case and spaces and have the synonyms that other providers use; an unknown one is an error that
/// suggests the nearest.
/// </remarks>
[SuppressMessage(
    "Design", "CA1010", Justification = "Its base is a dictionary that is not generic; another view of it would serve nobody.")]
public sealed class ColumnStreamConnectionStringBuilder : DbConnectionStringBuilder
{
    /// <summary>States the keys: name, kind, default and synonyms.</summary>
    private static readonly Key[] All =
    [
        new("Host", "localhost", "Server", "Data Source", "DataSource", "Address"),
        new("Port", 31337),
        new("Username", string.Empty, "User", "User ID", "UserId", "UID", "User Name"),
        new("Password", string.Empty, "PWD", "PSW"),
        new("Token", string.Empty, "Access Token", "Bearer"),
        new("Catalog", string.Empty),
        new("Database", string.Empty, "Initial Catalog", "DB", "Schema"),
        new("Tls", false, "Ssl", "Encrypt", "Use Encryption"),
        new("Trust Server Certificate", false),
        new("Root Certificate", string.Empty, "Ssl Root Certificate"),
        new("Client Certificate", string.Empty, "Ssl Certificate"),
        new("Client Key", string.Empty, "Ssl Key"),
        new("Timeout", 15, "Connection Timeout", "Connect Timeout"),
        new("Command Timeout", 30, "Default Command Timeout"),
        new("Pooling", true),
        new("Max Pool Size", 100, "Maximum Pool Size"),
        new("Connection Idle Lifetime", 300),
        new("Compression", "none"),
        new("Memory Limit", 1024, "Memory Limit MB"),
        new("Application Name", string.Empty),
    ];

    private static readonly Dictionary<string, Key> ByName = Names();

    /// <summary>Makes a builder of defaults.</summary>
    public ColumnStreamConnectionStringBuilder()
    {
    }

    /// <summary>Reads a connection string.</summary>
    /// <exception cref="ArgumentException">A key is unknown or its value is not of its kind.</exception>
    public ColumnStreamConnectionStringBuilder(string? connectionString) => ConnectionString = connectionString;

    /// <summary>Gets or sets the server's name or address, or the path of a Unix socket, which begins with a slash.</summary>
    public string Host
    {
        get => Get<string>("Host");
        set => this["Host"] = value;
    }

    /// <summary>Gets or sets the port.</summary>
    public int Port
    {
        get => Get<int>("Port");
        set => this["Port"] = value;
    }

    /// <summary>Gets or sets the user's name; empty where a token is given or the server has no users.</summary>
    public string Username
    {
        get => Get<string>("Username");
        set => this["Username"] = value;
    }

    /// <summary>Gets or sets the password.</summary>
    public string Password
    {
        get => Get<string>("Password");
        set => this["Password"] = value;
    }

    /// <summary>Gets or sets the token that stands in place of name and password.</summary>
    public string Token
    {
        get => Get<string>("Token");
        set => this["Token"] = value;
    }

    /// <summary>Gets or sets the catalog in which a session begins; empty for the server's.</summary>
    public string Catalog
    {
        get => Get<string>("Catalog");
        set => this["Catalog"] = value;
    }

    /// <summary>Gets or sets the database in which a session begins; empty for the server's.</summary>
    public string Database
    {
        get => Get<string>("Database");
        set => this["Database"] = value;
    }

    /// <summary>Gets or sets whether the connection is encrypted.</summary>
    public bool Tls
    {
        get => Get<bool>("Tls");
        set => this["Tls"] = value;
    }

    /// <summary>Gets or sets whether the server's certificate is taken unseen: for tests only.</summary>
    public bool TrustServerCertificate
    {
        get => Get<bool>("Trust Server Certificate");
        set => this["Trust Server Certificate"] = value;
    }

    /// <summary>Gets or sets the PEM file of the certificates that servers are checked against; empty for the system's.</summary>
    public string RootCertificate
    {
        get => Get<string>("Root Certificate");
        set => this["Root Certificate"] = value;
    }

    /// <summary>Gets or sets the PEM file of the client's own certificate.</summary>
    public string ClientCertificate
    {
        get => Get<string>("Client Certificate");
        set => this["Client Certificate"] = value;
    }

    /// <summary>Gets or sets the PEM file of the client's own key.</summary>
    public string ClientKey
    {
        get => Get<string>("Client Key");
        set => this["Client Key"] = value;
    }

    /// <summary>Gets or sets the seconds that opening a connection may take; 0 for no end.</summary>
    public int Timeout
    {
        get => Get<int>("Timeout");
        set => this["Timeout"] = value;
    }

    /// <summary>Gets or sets the seconds that a command may take until its first rows; 0 for no end.</summary>
    public int CommandTimeout
    {
        get => Get<int>("Command Timeout");
        set => this["Command Timeout"] = value;
    }

    /// <summary>Gets or sets whether sessions are kept for the next connection.</summary>
    public bool Pooling
    {
        get => Get<bool>("Pooling");
        set => this["Pooling"] = value;
    }

    /// <summary>Gets or sets the connections open at once; further ones wait until <see cref="Timeout"/>.</summary>
    public int MaxPoolSize
    {
        get => Get<int>("Max Pool Size");
        set => this["Max Pool Size"] = value;
    }

    /// <summary>Gets or sets the seconds for which a session that nobody uses is kept.</summary>
    public int ConnectionIdleLifetime
    {
        get => Get<int>("Connection Idle Lifetime");
        set => this["Connection Idle Lifetime"] = value;
    }

    /// <summary>Gets or sets how the server compresses results: none, lz4 or zstd.</summary>
    public string Compression
    {
        get => Get<string>("Compression");
        set => this["Compression"] = value;
    }

    /// <summary>Gets or sets the MiB of results that all connections of this string may hold in memory.</summary>
    public int MemoryLimit
    {
        get => Get<int>("Memory Limit");
        set => this["Memory Limit"] = value;
    }

    /// <summary>Gets or sets what the client calls itself: its pool's name in metrics begins with it.</summary>
    public string ApplicationName
    {
        get => Get<string>("Application Name");
        set => this["Application Name"] = value;
    }

    /// <summary>Gets or sets a value by its key or a synonym; null takes it back to its default.</summary>
    /// <exception cref="ArgumentException">The key is unknown or the value is not of its kind.</exception>
    [AllowNull]
    public override object this[string keyword]
    {
        get
        {
            Key key = Find(keyword);
            return base.TryGetValue(key.Name, out object? value) ? key.Parse(value) : key.Default;
        }
        set
        {
            Key key = Find(keyword);
            base[key.Name] = value is null ? null : Convert.ToString(key.Parse(value), CultureInfo.InvariantCulture);
        }
    }

    /// <inheritdoc/>
    public override bool ContainsKey(string keyword) => TryFind(keyword) is not null;

    /// <inheritdoc/>
    public override bool TryGetValue(string keyword, [NotNullWhen(true)] out object? value)
    {
        value = TryFind(keyword) is null ? null : this[keyword];
        return value is not null;
    }

    /// <inheritdoc/>
    public override bool Remove(string keyword) => TryFind(keyword) is { } key && base.Remove(key.Name);

    /// <inheritdoc/>
    public override bool ShouldSerialize(string keyword) => TryFind(keyword) is { } key && base.ShouldSerialize(key.Name);

    /// <summary>Gives the string without what must not be shown.</summary>
    internal string WithoutSecrets()
    {
        var copy = new ColumnStreamConnectionStringBuilder(ConnectionString);
        copy.Remove("Password");
        copy.Remove("Token");
        return copy.ConnectionString;
    }

    private static Dictionary<string, Key> Names()
    {
        var names = new Dictionary<string, Key>(StringComparer.OrdinalIgnoreCase);
        foreach (Key key in All)
        {
            names.Add(Squeeze(key.Name), key);
            foreach (string synonym in key.Synonyms)
            {
                names[Squeeze(synonym)] = key;
            }
        }

        return names;
    }

    private static string Squeeze(string name) => name.Replace(" ", string.Empty, StringComparison.Ordinal);

    private static Key? TryFind(string keyword) => ByName.GetValueOrDefault(Squeeze(keyword));

    private static Key Find(string keyword) => TryFind(keyword) ?? throw new ArgumentException(
        $"Connection string has an unknown key: {keyword}. Did you mean {Nearest(keyword)}? "
        + $"Keys are {string.Join(", ", Array.ConvertAll(All, k => k.Name))}.",
        nameof(keyword));

    /// <summary>Finds the key that needs the fewest changes.</summary>
    private static string Nearest(string keyword)
    {
        string best = All[0].Name;
        int least = int.MaxValue;
        foreach ((string name, Key key) in ByName)
        {
            int distance = Distance(Squeeze(keyword).ToUpperInvariant(), name.ToUpperInvariant());
            if (distance < least)
            {
                (best, least) = (key.Name, distance);
            }
        }

        return best;
    }

    private static int Distance(string a, string b)
    {
        var row = new int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++)
        {
            row[j] = j;
        }

        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }

    private T Get<T>(string name) => (T)this[name];

    /// <summary>Describes a key; the kind of its default is the kind of its values.</summary>
    private sealed record Key(string Name, object Default, params string[] Synonyms)
    {
        public object Parse(object value)
        {
            string text = Convert.ToString(value, CultureInfo.InvariantCulture)!.Trim();
            switch (Default)
            {
                case bool:
                    return text.ToUpperInvariant() switch
                    {
                        "TRUE" or "YES" or "ON" or "1" or "REQUIRE" => true,
                        "FALSE" or "NO" or "OFF" or "0" or "DISABLE" => false,
                        _ => throw Wrong("true or false"),
                    };
                case int:
                    return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                        ? number
                        : throw Wrong("a whole number of 0 or more");
                default:
                    return text;
            }

            ArgumentException Wrong(string expected) =>
                new($"Connection string has a wrong value for {Name}: '{value}', expected {expected}.", nameof(value));
        }
    }
}
