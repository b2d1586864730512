using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Storage;

namespace ColumnStream.Testing.Contracts;

/// <summary>Checks what every object store keeps; throws with a sentence where one does not.</summary>
public static class ObjectStoreContract
{
    /// <summary>Runs all checks on an empty store.</summary>
    public static void Check(IObjectStore store)
    {
        CreatesOnce(store);
        StreamsBecomeVisibleWhenComplete(store);
        ListsInOrder(store);
        DeletesQuietly(store);
        RefusesStrangeNames(store);
    }

    private static void CreatesOnce(IObjectStore store)
    {
        Require(store.TryCreate("claim/000000000001.json", "first"u8), "creates what is absent");
        Require(!store.TryCreate("claim/000000000001.json", "second"u8), "does not create what exists");
        Require(Text(store, "claim/000000000001.json") == "first", "keeps the first content");
        Require(store.OpenRead("claim/000000000002.json") is null, "answers null for what is absent");
        Require(store.OpenRead("nothing/here") is null, "answers null for an absent folder");
    }

    private static void StreamsBecomeVisibleWhenComplete(IObjectStore store)
    {
        using (IObjectWriter writer = store.Create("data/a/1.bin"))
        {
            writer.Stream.Write(new byte[200_000]);
            Require(store.OpenRead("data/a/1.bin") is null, "hides what is not complete");
            writer.Complete();
        }

        using (Stream? stream = store.OpenRead("data/a/1.bin"))
        {
            Require(stream is not null && stream.Length == 200_000, "shows what is complete, whole");
        }

        using (IObjectWriter writer = store.Create("data/a/2.bin"))
        {
            writer.Stream.Write("lost"u8);
        }

        Require(store.OpenRead("data/a/2.bin") is null, "drops what was never completed");
        Require(store.List("data/").Count == 1, "lists only what is complete");
    }

    private static void ListsInOrder(IObjectStore store)
    {
        foreach (string name in new[] { "list/b", "list/a/2", "list/a/10", "list/c", "listing" })
        {
            store.TryCreate(name, "x"u8);
        }

        Equal(store.List("list/"), ["list/a/10", "list/a/2", "list/b", "list/c"]);
        Equal(store.List("list/a/1"), ["list/a/10"]);
        Equal(store.List("list"), ["list/a/10", "list/a/2", "list/b", "list/c", "listing"]);
        Equal(store.List("absent/"), []);
    }

    private static void DeletesQuietly(IObjectStore store)
    {
        store.Delete("list/a/2");
        store.Delete("list/a/2");
        store.Delete("absent/at/all");
        Equal(store.List("list/a/"), ["list/a/10"]);
        Require(store.TryCreate("list/a/2", "again"u8), "creates what was deleted");
    }

    private static void RefusesStrangeNames(IObjectStore store)
    {
        foreach (string name in new[] { "", "/a", "a//b", "a/", "..", "a/../b", "./a", "a\\b", ".hidden", "a/.b", "a\0b" })
        {
            bool refused = false;
            try
            {
                store.TryCreate(name, "x"u8);
            }
            catch (ExternalException)
            {
                refused = true;
            }

            Require(refused, $"refuses the name '{name}'");
        }
    }

    private static string Text(IObjectStore store, string name)
    {
        using Stream stream = store.OpenRead(name)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static void Equal(IReadOnlyList<string> actual, string[] expected) => Require(
        string.Join(' ', actual) == string.Join(' ', expected),
        $"lists [{string.Join(' ', expected)}], not [{string.Join(' ', actual)}]");

    private static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"Store breaks its contract: it {what}.");
        }
    }
}
