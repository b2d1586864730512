using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace ColumnStream.Testing.Contracts;

/// <summary>Is a new empty folder that goes with the test.</summary>
public sealed class TempFolder : IDisposable
{
    /// <summary>Gets the full path.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("columnstream-").FullName;

    /// <summary>Returns the path of a file in it.</summary>
    public string At(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a file and returns its path.</summary>
    public string Write(string name, string text)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(At(name))!);
        File.WriteAllText(At(name), text);
        return At(name);
    }

    /// <summary>Appends to a file.</summary>
    public void Append(string name, string text) => File.AppendAllText(At(name), text);

    /// <summary>Lists names that are not hidden, in order.</summary>
    public List<string> Visible() => [.. All().Where(name => name[0] != '.')];

    /// <summary>Lists all names in order.</summary>
    public List<string> All() =>
        [.. Directory.GetFiles(Path).Select(file => System.IO.Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    /// <summary>Removes the folder with its content.</summary>
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
