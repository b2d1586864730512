using System;
using System.Collections.Generic;
using System.IO;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Storage;
using ColumnStream.Server.Composition;
using ColumnStream.Testing.Contracts;
using ColumnStream.Testing.Oss;
using Xunit;

namespace ColumnStream.Tests.Server.Composition;

/// <summary>Addresses of stores: which store they open, what lies below them, and which are refused.</summary>
public sealed class ObjectStoreTableTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ObjectStoreTable _stores = new(TimeProvider.System, new Random(1), static _ => null);

    public void Dispose()
    {
        _stores.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Paths_and_file_addresses_are_folders()
    {
        string path = _folder.At("a b");
        Assert.True(_stores.OpenChecked(path, "n", None).TryCreate("x", "1"u8));
        Assert.False(_stores.OpenChecked(new Uri(path).AbsoluteUri, "n", None).TryCreate("x", "2"u8));
        Assert.True(File.Exists(Path.Combine(path, "x")));
        Assert.Equal(Path.Combine(path, "job"), ObjectStoreTable.Below(new Uri(path).AbsoluteUri, "job"));
        Assert.Equal("relative/path/job", ObjectStoreTable.Below("relative/path", "job"));
        Assert.Null(ObjectStoreTable.FolderOf("oss://bucket/path"));
        Assert.Equal("oss://bucket/path/job", ObjectStoreTable.Below("oss://bucket/path/", "job"));
    }

    [Fact]
    public void Memory_lives_as_long_as_the_table()
    {
        Assert.True(_stores.Open("memory://m", None).TryCreate("x", "1"u8));
        Assert.False(_stores.Open("memory://m", None).TryCreate("x", "2"u8));
        Assert.True(_stores.Open("memory://other", None).TryCreate("x", "2"u8));
    }

    [Fact]
    public void Buckets_are_opened_by_options_and_checked()
    {
        using var emulator = new OssEmulator(TimeProvider.System);
        var options = new Dictionary<string, string>
        {
            ["fs.oss.endpoint"] = emulator.Endpoint.ToString(), ["fs.oss.region"] = OssEmulator.Region,
            ["fs.oss.accessKeyId"] = "LTAItestAccessKeyId0", ["fs.oss.accessKeySecret"] = "testAccessKeySecret000000000000",
        };
        const string Address = $"oss://{OssEmulator.BucketName}/jobs/one";
        Assert.True(_stores.OpenChecked(Address, "n1", options.GetValueOrDefault).TryCreate("x", "1"u8));
        Assert.Equal(["jobs/one/x"], emulator.Keys);
        emulator.HasVersions = true;
        ExternalException refused = Assert.Throws<ExternalException>(
            () => _stores.OpenChecked(Address, "n2", options.GetValueOrDefault));
        Assert.Equal(5016, refused.Code);
    }

    [Theory]
    [InlineData("s3://bucket/path", "oss://")]
    [InlineData("oss:///path", "oss://bucket/path")]
    [InlineData("file://host/path", "file:///path")]
    public void An_address_that_nobody_opens_is_refused_with_what_was_expected(string address, string expected)
    {
        UserException refused = Assert.Throws<UserException>(() => _stores.Open(address, None));
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        Assert.Contains(address, refused.Message, StringComparison.Ordinal);
    }

    private static string? None(string key) => null;
}
