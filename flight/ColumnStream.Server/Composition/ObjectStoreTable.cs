using System;
using System.Collections.Generic;
using System.IO;
using System.Net.Http;
using System.Text;
using ColumnStream.Aliyun.Oss;
using ColumnStream.Connectors;
using ColumnStream.Connectors.Oss;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Storage;

namespace ColumnStream.Server.Composition;

/// <summary>Opens object stores by the scheme of their address: one line each.</summary>
internal sealed class ObjectStoreTable(TimeProvider time, Random random, Func<string, string?> environment) : IDisposable
{
    private static readonly Dictionary<string, Func<ObjectStoreTable, string, Func<string, string?>, IObjectStore>> s_schemes =
        new(StringComparer.OrdinalIgnoreCase)
        {
            ["file"] = static (table, address, _) => new LocalObjectStore(table.Folders.Resolve(FolderOf(address)!)),
            ["memory"] = static (table, address, _) => table.Memory(address),
            ["oss"] = static (table, address, option) => OssStoreOptions.Open(
                address, option, table._environment, table.Handler, table._time, table.Spread()),
        };

    private readonly TimeProvider _time = time;
    private readonly Random _random = random;
    private readonly Func<string, string?> _environment = environment;
    private readonly Dictionary<string, MemoryObjectStore> _memory = new(StringComparer.Ordinal);
    private SocketsHttpHandler? _handler;

    private SocketsHttpHandler Handler
    {
        get
        {
            // Tables open their buckets in turns of their own tasks.
            lock (_memory)
            {
                if (_handler is null)
                {
                    _handler = OssClient.MakeHandler();
                    _handler.ConnectCallback = Networks.IsAll ? null : Networks.ConnectAsync;
                }

                return _handler;
            }
        }
    }

    /// <summary>Gets which folders of this machine may be stores, or hold state that has no room in memory.</summary>
    public AllowedFolders Folders { get; init; } = AllowedFolders.All;

    /// <summary>Gets which addresses may be reached.</summary>
    public AllowedNetworks Networks { get; init; } = AllowedNetworks.All;

    /// <summary>Opens a store that has passed the check of its conditional put; what dead writers left long ago goes.</summary>
    /// <param name="address">A path, or an address with a scheme.</param>
    /// <param name="nonce">What tells this start from others.</param>
    /// <param name="option">Answers the value of an option, or null.</param>
    /// <exception cref="UserException">The scheme is unknown, or an option is wrong.</exception>
    /// <exception cref="ExternalException">The store cannot be reached, or cannot keep checkpoints.</exception>
    public IObjectStore OpenChecked(string address, string nonce, Func<string, string?> option)
    {
        IObjectStore store = Open(address, option);
        StoreCheck.RunAsync(store, nonce, address).AsTask().GetAwaiter().GetResult();
        store.RemoveLeftoversAsync(TimeSpan.FromHours(24)).AsTask().GetAwaiter().GetResult();
        return store;
    }

    /// <summary>Opens a store.</summary>
    /// <param name="address">A path, or an address with a scheme.</param>
    /// <param name="option">Answers the value of an option, or null.</param>
    public IObjectStore Open(string address, Func<string, string?> option)
    {
        string scheme = SchemeOf(address) ?? "file";
        return s_schemes.TryGetValue(scheme, out var open)
            ? open(this, address, option)
            : throw new UserException(
                3111,
                $"Scheme of a store is unknown: '{address}'. "
                    + $"Expected a path, or one of {string.Join("://, ", s_schemes.Keys)}://.");
    }

    /// <summary>Opens a bucket for tables.</summary>
    /// <param name="address">Scheme and bucket.</param>
    /// <param name="option">Answers the value of an option, or null.</param>
    public IBucket OpenBucket(string address, Func<string, string?> option) => SchemeOf(address) == "oss"
        ? OssStoreOptions.OpenBucket(address, option, _environment, Handler, _time, Spread())
        : Buckets.Unknown(address);

    /// <summary>Returns the address of something below another.</summary>
    public static string Below(string address, string name) =>
        FolderOf(address) is { } folder ? Path.Combine(folder, name) : $"{address.TrimEnd('/')}/{name}";

    /// <summary>Returns the folder of an address, or null where it is not one of this machine.</summary>
    public static string? FolderOf(string address) => SchemeOf(address) switch
    {
        null => address,
        "file" => Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) && uri.IsFile && uri.Host.Length == 0
            ? uri.LocalPath
            : throw new UserException(3111, $"Address of a folder is wrong: '{address}'. Expected file:///path."),
        _ => null,
    };

    /// <summary>Refuses folders of this machine, between commas, that may not hold state.</summary>
    /// <exception cref="UserException">One may not.</exception>
    public void CheckTemporary(string? folders)
    {
        foreach (string folder in folders?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [])
        {
            Folders.Resolve(folder);
        }
    }

    /// <summary>Refuses an address whose folder may not be a store.</summary>
    /// <exception cref="UserException">It is so.</exception>
    public void Check(string address)
    {
        if (FolderOf(address) is { } folder)
        {
            Folders.Resolve(folder);
        }
    }

    /// <summary>Returns the folder whose lock keeps a second process of this machine away from an address.</summary>
    public static string LockFolderOf(string address)
    {
        if (FolderOf(address) is { } folder)
        {
            return folder;
        }

        var name = new StringBuilder();
        foreach (char c in address)
        {
            name.Append(char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '+');
        }

        return Path.Combine(Path.GetTempPath(), $"columnstream-{Environment.UserName}", "locks", name.ToString());
    }

    /// <summary>Closes connections.</summary>
    public void Dispose() => _handler?.Dispose();

    /// <summary>Returns what stands before <c>:/</c>, in small letters; null for a plain path.</summary>
    private static string? SchemeOf(string address)
    {
        int colon = address.IndexOf(":/", StringComparison.Ordinal);
        return colon <= 0 || address.AsSpan(0, colon).Contains('/') ? null : address[..colon].ToLowerInvariant();
    }

    /// <summary>Makes a client's own randomness.</summary>
    private Random Spread()
    {
        lock (_memory)
        {
            return new Random(_random.Next());
        }
    }

    private MemoryObjectStore Memory(string address)
    {
        lock (_memory)
        {
            if (!_memory.TryGetValue(address, out MemoryObjectStore? store))
            {
                _memory.Add(address, store = new MemoryObjectStore(_time));
            }

            return store;
        }
    }
}
