using System.IO;
using ColumnStream.Engine.Storage;

namespace ColumnStream.Connectors.Files;

/// <summary>Is a file under a hidden name.</summary>
internal sealed class LocalPartTarget : PartTarget
{
    private readonly string _path;
    private readonly DurableFile _file;
    private bool _isComplete;

    /// <summary>Creates the file.</summary>
    public LocalPartTarget(string folder, string name)
        : base(name)
    {
        _path = Path.Combine(folder, name);
        _file = DurableFile.Create(_path);
    }

    /// <inheritdoc/>
    public override Stream Stream => _file;

    /// <inheritdoc/>
    public override FileCommittable Complete(long length, uint crc)
    {
        _file.Sync();
        _file.Dispose();
        _isComplete = true;
        return new FileCommittable(Name, string.Empty, length, crc);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _file.Dispose();
        if (!_isComplete)
        {
            DurableFile.Remove(_path);
        }
    }
}
