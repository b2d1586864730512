using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Storage;
using ColumnStream.Testing.Simulation;
using Xunit;

namespace ColumnStream.Tests.Engine.Storage;

/// <summary>Durable files, locked folders, faults by seed, and the check that a store may keep checkpoints.</summary>
public sealed class StorageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("columnstream-storage-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_folder_is_refused_to_a_second_owner_by_the_number_of_the_first()
    {
        using (FolderLock.Acquire(_folder))
        {
            ExternalException refused = Assert.Throws<ExternalException>(() => FolderLock.Acquire(_folder));
            Assert.Contains($"process {Environment.ProcessId}", refused.Message, StringComparison.Ordinal);
        }

        FolderLock.Acquire(_folder).Dispose();
    }

    [Fact]
    public void A_durable_file_is_never_an_existing_one()
    {
        string path = Path.Combine(_folder, "file");
        using (DurableFile file = DurableFile.Create(path))
        {
            file.Write(new byte[100_000]);
            file.Write("end"u8);
            file.Sync();
        }

        Assert.Equal(100_003, new FileInfo(path).Length);
        Assert.Throws<ExternalException>(() => DurableFile.Create(path));
        Assert.Throws<ExternalException>(() => DurableFile.Create(Path.Combine(_folder, "absent", "file")));
    }

    [Fact]
    public void A_file_is_published_once_with_links_and_without()
    {
        foreach (Func<string, string, bool> publish in new Func<string, string, bool>[] { DurableFile.TryPublish, DurableFile.TryRename })
        {
            string name = Path.Combine(_folder, publish.Method.Name);
            File.WriteAllText(name + ".1", "first");
            File.WriteAllText(name + ".2", "second");
            Assert.True(publish(name + ".1", name));
            Assert.False(publish(name + ".2", name));
            Assert.Equal("first", File.ReadAllText(name));
            Assert.False(File.Exists(name + ".1"));
        }
    }

    [Fact]
    public async Task Hidden_files_of_dead_writers_go_when_they_are_old()
    {
        var store = new LocalObjectStore(_folder);
        Assert.True(store.TryCreate("data/1", "kept"u8));
        string old = Path.Combine(_folder, "data", ".2.4711-1.new");
        string fresh = Path.Combine(_folder, "data", ".3.4711-2.new");
        string other = Path.Combine(_folder, ".lock");
        foreach (string file in new[] { old, fresh, other })
        {
            File.WriteAllText(file, "x");
            File.SetLastWriteTimeUtc(file, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        }

        File.SetLastWriteTimeUtc(fresh, File.GetLastWriteTimeUtc(Path.Combine(_folder, "data", "1")));
        Assert.Equal(1, await store.RemoveLeftoversAsync(TimeSpan.FromHours(24)));
        Assert.False(File.Exists(old));
        Assert.True(File.Exists(fresh) && File.Exists(other));
        Assert.Equal(["data/1"], store.List(""));
    }

    [Fact]
    public async Task A_store_that_creates_a_name_twice_is_refused_before_a_checkpoint_trusts_it()
    {
        var store = new ForgetfulStore();
        ExternalException refused = await Assert.ThrowsAsync<ExternalException>(
            async () => await StoreCheck.RunAsync(store, "n1", "oss://versioned/"));
        Assert.Equal(5016, refused.Code);
        Assert.Contains("oss://versioned/", refused.Message, StringComparison.Ordinal);
        Assert.Contains("created twice", refused.Message, StringComparison.Ordinal);
        Assert.Empty(store.List(""));
    }

    [Fact]
    public void Faults_of_the_simulated_store_follow_from_the_seed_and_do_what_they_say()
    {
        List<string> first = History(7);
        Assert.Equal(first, History(7));
        Assert.NotEqual(first, History(8));
    }

    private static List<string> History(int seed)
    {
        TimeSpan waited = TimeSpan.Zero;
        var store = new SimulatedObjectStore { Random = new Random(seed), FaultsPerMille = 300, Delay = time => waited += time };
        var history = new List<string>();
        for (int i = 0; i < 400; i++)
        {
            string name = $"n/{i}";
            int faults = store.Faults;
            string outcome = "created";
            try
            {
                if (i % 2 == 0)
                {
                    Assert.True(store.TryCreate(name, "whole"u8));
                }
                else
                {
                    using IObjectWriter writer = store.Create(name);
                    writer.Stream.Write("whole"u8);
                    writer.Complete();
                }
            }
            catch (ExternalException failure)
            {
                Assert.True(failure.IsRetryable);
                outcome = failure.Message;
            }

            int perMille = store.FaultsPerMille;
            store.FaultsPerMille = 0;
            using Stream? stream = store.OpenRead(name);
            string content = stream is null ? "absent" : new StreamReader(stream).ReadToEnd();
            store.FaultsPerMille = perMille;
            Assert.Equal(
                outcome.Contains("before", StringComparison.Ordinal) ? "absent" : outcome.Contains("torn", StringComparison.Ordinal) ? "wh" : "whole",
                content);
            history.Add($"{outcome} {content} {store.Faults - faults}");
        }

        Assert.Equal(Enum.GetValues<StoreFault>(), store.FaultsByKind.Keys);
        Assert.True(waited > TimeSpan.Zero);
        return history;
    }

    /// <summary>Overwrites what exists, as a bucket with versions does whatever the header says.</summary>
    private sealed class ForgetfulStore : IObjectStore
    {
        private readonly MemoryObjectStore _objects = new(TimeProvider.System);

        public ValueTask<bool> TryCreateAsync(
            string name, ReadOnlyMemory<byte> content, CancellationToken cancellation = default)
        {
            _objects.Overwrite(name, content.ToArray());
            return new ValueTask<bool>(true);
        }

        public IObjectWriter Create(string name) => _objects.Create(name);

        public ValueTask<Stream?> OpenReadAsync(
            string name, long offset = 0, long length = long.MaxValue, CancellationToken cancellation = default) =>
            _objects.OpenReadAsync(name, offset, length, cancellation);

        public ValueTask<ObjectInfo?> FindAsync(string name, CancellationToken cancellation = default) =>
            _objects.FindAsync(name, cancellation);

        public ValueTask<ObjectPage> ListAsync(
            string prefix, string? after = null, int limit = 1000, CancellationToken cancellation = default) =>
            _objects.ListAsync(prefix, after, limit, cancellation);

        public ValueTask DeleteAsync(IReadOnlyList<string> names, CancellationToken cancellation = default) =>
            _objects.DeleteAsync(names, cancellation);

        public ValueTask<int> RemoveLeftoversAsync(TimeSpan age, CancellationToken cancellation = default) => new(0);
    }
}
