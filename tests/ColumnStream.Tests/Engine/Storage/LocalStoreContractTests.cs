using System;
using System.IO;
using ColumnStream.Engine.Storage;
using ColumnStream.Testing.Contracts;
using Xunit;

namespace ColumnStream.Tests.Engine.Storage;

/// <summary>A folder keeps the contract of stores, and no hidden file is left by those that complete or give up.</summary>
public sealed class LocalStoreContractTests : ObjectStoreContract, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose()
    {
        string[] files = Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories);
        _folder.Dispose();
        Assert.All(files, file => Assert.False(Path.GetFileName(file).StartsWith('.'), $"Temporary file was left: {file}"));
    }

    protected override IObjectStore Open() => new LocalObjectStore(_folder.At("store"));
}
