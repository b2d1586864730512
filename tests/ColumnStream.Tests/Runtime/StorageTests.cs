using System;
using System.IO;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Storage;
using ColumnStream.Testing.Contracts;
using ColumnStream.Testing.Simulation;
using Xunit;

namespace ColumnStream.Tests.Runtime;

/// <summary>Stores keep their contract; folders have one live owner.</summary>
public sealed class StorageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("columnstream-storage-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_local_store_keeps_the_contract()
    {
        ObjectStoreContract.Check(new LocalObjectStore(Path.Combine(_folder, "store")));
        foreach (string file in Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories))
        {
            Assert.False(Path.GetFileName(file).StartsWith('.'), $"Temporary file was left: {file}");
        }
    }

    [Fact]
    public void The_simulated_store_keeps_the_contract() => ObjectStoreContract.Check(new SimulatedObjectStore());

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
}
