using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace ColumnStream.Engine.Storage;

/// <summary>Puts, gets, lists, deletes and conditionally creates named objects; every success is durable.</summary>
/// <remarks>
/// Names are relative, with <c>/</c> between segments; <c>..</c>, absolute and empty segments are refused. What was created is
/// found, read and listed from then on by everybody, and its bytes never change. A call that fails retryably may have done its
/// work, unless it only reads. Errors are <see cref="Errors.ExternalException"/>. I/O turns use the blocking forms of
/// <see cref="BlockingObjectStore"/>, never inside a data turn; stores on this machine complete at once. Thread-safe.
/// </remarks>
public interface IObjectStore
{
    /// <summary>Creates <paramref name="name"/> with <paramref name="content"/> if nobody did; false if it exists.</summary>
    ValueTask<bool> TryCreateAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation = default);

    /// <summary>Writes an object of a name that nobody else uses, streaming; it exists once the writer is completed.</summary>
    IObjectWriter Create(string name);

    /// <summary>Opens bytes of an object, as many as are there, or returns null if it does not exist.</summary>
    ValueTask<Stream?> OpenReadAsync(
        string name, long offset = 0, long length = long.MaxValue, CancellationToken cancellation = default);

    /// <summary>Tells what is known of an object without reading it, or returns null if it does not exist.</summary>
    ValueTask<ObjectInfo?> FindAsync(string name, CancellationToken cancellation = default);

    /// <summary>Lists the next objects with <paramref name="prefix"/> in ordinal order of their names.</summary>
    /// <param name="prefix">Empty, or the beginning of a name.</param>
    /// <param name="after">The name behind which the list begins; null begins with the first.</param>
    /// <param name="limit">The most objects of one page; a store may give fewer.</param>
    /// <param name="cancellation">Ends the call early.</param>
    ValueTask<ObjectPage> ListAsync(
        string prefix, string? after = null, int limit = 1000, CancellationToken cancellation = default);

    /// <summary>Deletes objects; nothing happens to those that do not exist.</summary>
    ValueTask DeleteAsync(IReadOnlyList<string> names, CancellationToken cancellation = default);

    /// <summary>Removes what writers that died left half written and longer ago than <paramref name="age"/>; returns how many.</summary>
    ValueTask<int> RemoveLeftoversAsync(TimeSpan age, CancellationToken cancellation = default);
}
