using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Engine.Storage;

/// <summary>Tries at start-up whether a store keeps what checkpoints rest on: nobody creates a name twice.</summary>
/// <remarks>Two puts of one name, then a look at whose bytes stand there. Buckets with versions fail it, as do gateways that drop headers.</remarks>
public static class StoreCheck
{
    private const string Folder = "check/";

    /// <summary>Tries <paramref name="store"/> under a name that <paramref name="nonce"/> makes its own.</summary>
    /// <param name="store">The store.</param>
    /// <param name="nonce">What tells this try from those of others; part of a name.</param>
    /// <param name="location">How the user calls the store.</param>
    /// <param name="cancellation">Ends the call early.</param>
    /// <exception cref="ExternalException">It does not hold, or the store cannot be reached.</exception>
    public static async ValueTask RunAsync(
        IObjectStore store, string nonce, string location, CancellationToken cancellation = default)
    {
        string name = Folder + nonce;
        byte[] first = "first"u8.ToArray();
        if (!await store.TryCreateAsync(name, first, cancellation))
        {
            throw Broken(location, "a new name is said to exist");
        }

        try
        {
            if (await store.TryCreateAsync(name, "second"u8.ToArray(), cancellation))
            {
                throw Broken(location, "a name was created twice");
            }

            byte[]? found = await ReadAsync(store, name, cancellation);
            if (found is null || !found.AsSpan().SequenceEqual(first))
            {
                throw Broken(location, found is null ? "what was created is not found" : "what was created has other bytes");
            }

            await RemoveOldAsync(store, name, cancellation);
        }
        finally
        {
            await store.DeleteAsync([name], cancellation);
        }
    }

    private static async ValueTask<byte[]?> ReadAsync(IObjectStore store, string name, CancellationToken cancellation)
    {
        await using Stream? stream = await store.OpenReadAsync(name, cancellation: cancellation);
        if (stream is null)
        {
            return null;
        }

        using var content = new MemoryStream();
        await stream.CopyToAsync(content, cancellation);
        return content.ToArray();
    }

    /// <summary>Deletes names of tries whose process died, by the store's own clock.</summary>
    private static async ValueTask RemoveOldAsync(IObjectStore store, string own, CancellationToken cancellation)
    {
        ObjectPage page = await store.ListAsync(Folder, cancellation: cancellation);
        DateTimeOffset? now = null;
        foreach (ObjectInfo item in page.Objects)
        {
            now = item.Name == own ? item.Modified : now;
        }

        var old = new List<string>();
        foreach (ObjectInfo item in page.Objects)
        {
            if (now - item.Modified > TimeSpan.FromHours(1))
            {
                old.Add(item.Name);
            }
        }

        if (old.Count > 0)
        {
            await store.DeleteAsync(old, cancellation);
        }
    }

    private static ExternalException Broken(string location, string what) => new(
        5016,
        $"Store cannot keep checkpoints, since {what}: {location}. "
            + "Take a bucket without versioning, and no gateway that drops conditional headers.",
        retryable: false);
}
