using System;
using System.Linq;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Plan;
using ColumnStream.Testing.Contracts;

namespace ColumnStream.Tests.Connectors;

/// <summary>Runs the contract of sources on a folder of JSON files.</summary>
public sealed class FileContractTests : SourceContract, IDisposable
{
    private readonly TempFolder _folder = new();

    public FileContractTests()
    {
        for (int file = 0; file < 3; file++)
        {
            _folder.Write(
                $"f{file}.json",
                string.Concat(Enumerable.Range(0, 11).Select(i => $"{{\"id\":{(file * 100) + i},\"name\":\"n{i}\"}}\n")));
        }
    }

    /// <inheritdoc/>
    protected override Connector Connector => OptionTests.Find("filesystem");

    /// <inheritdoc/>
    protected override TableSpec Table => FileSourceTests.Table(_folder.Path);

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();
}
