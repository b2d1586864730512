using System;
using System.Collections.Generic;
using System.IO;
using System.Threading.Tasks;

namespace ColumnStream.Engine.Storage;

/// <summary>Calls an object store and waits: for I/O turns, whose threads do nothing else meanwhile.</summary>
public static class BlockingObjectStore
{
    /// <summary>Creates <paramref name="name"/> with <paramref name="content"/> if nobody did; false if it exists.</summary>
    public static bool TryCreate(this IObjectStore store, string name, ReadOnlySpan<byte> content) =>
        Wait(store.TryCreateAsync(name, content.ToArray()));

    /// <summary>Opens an object for reading, or returns null if it does not exist.</summary>
    public static Stream? OpenRead(this IObjectStore store, string name) => Wait(store.OpenReadAsync(name));

    /// <summary>Opens bytes of an object, as many as are there, or returns null if it does not exist.</summary>
    public static Stream? OpenRead(this IObjectStore store, string name, long offset, long length) =>
        Wait(store.OpenReadAsync(name, offset, length));

    /// <summary>Tells what is known of an object, or returns null if it does not exist.</summary>
    public static ObjectInfo? Find(this IObjectStore store, string name) => Wait(store.FindAsync(name));

    /// <summary>Lists all names with <paramref name="prefix"/>, in ordinal order.</summary>
    public static IReadOnlyList<string> List(this IObjectStore store, string prefix)
    {
        var names = new List<string>();
        string? after = null;
        do
        {
            ObjectPage page = Wait(store.ListAsync(prefix, after));
            foreach (ObjectInfo item in page.Objects)
            {
                names.Add(item.Name);
            }

            after = page.Next;
        }
        while (after is not null);
        return names;
    }

    /// <summary>Deletes an object; nothing happens if it does not exist.</summary>
    public static void Delete(this IObjectStore store, string name) => store.Delete([name]);

    /// <summary>Deletes objects; nothing happens to those that do not exist.</summary>
    public static void Delete(this IObjectStore store, IReadOnlyList<string> names)
    {
        ValueTask deletion = store.DeleteAsync(names);
        if (!deletion.IsCompletedSuccessfully)
        {
            deletion.AsTask().GetAwaiter().GetResult();
        }
    }

    /// <summary>Makes the object durable and visible; fails if the name exists.</summary>
    public static ObjectInfo Complete(this IObjectWriter writer) => Wait(writer.CompleteAsync());

    internal static T Wait<T>(ValueTask<T> call) =>
        call.IsCompleted ? call.GetAwaiter().GetResult() : call.AsTask().GetAwaiter().GetResult();
}
