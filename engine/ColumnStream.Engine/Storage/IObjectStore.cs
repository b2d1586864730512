using System;
using System.Collections.Generic;
using System.IO;

namespace ColumnStream.Engine.Storage;

/// <summary>Puts, gets, lists, deletes and conditionally creates named objects; every success is durable.</summary>
/// <remarks>
/// Names are relative, with <c>/</c> between segments; <c>..</c>, absolute and empty segments are refused. Calls block and
/// run on I/O turns, never inside a data turn. Errors are <see cref="Errors.ExternalException"/>.
/// </remarks>
public interface IObjectStore
{
    /// <summary>Creates <paramref name="name"/> with <paramref name="content"/> if nobody did; false if it exists.</summary>
    bool TryCreate(string name, ReadOnlySpan<byte> content);

    /// <summary>Writes an object of a name that nobody else uses, streaming; it exists once the stream is completed.</summary>
    IObjectWriter Create(string name);

    /// <summary>Opens an object for reading, or returns null if it does not exist.</summary>
    Stream? OpenRead(string name);

    /// <summary>Lists names with <paramref name="prefix"/>, in ordinal order.</summary>
    IReadOnlyList<string> List(string prefix);

    /// <summary>Deletes an object; nothing happens if it does not exist.</summary>
    void Delete(string name);
}
