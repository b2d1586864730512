using System;
using System.IO;
using System.IO.MemoryMappedFiles;

namespace ColumnStream.Fuzz;

/// <summary>Holds where a child stands in a mapped file, which outlives the child however it ends.</summary>
/// <remarks><code>| steps taken: int64 | seed: int32 | case: int32 |</code></remarks>
internal sealed class CaseLog : IDisposable
{
    private const int Bytes = 16;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    public CaseLog(string path)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, null, Bytes);
        _view = _file.CreateViewAccessor(0, Bytes);
    }

    public long Steps => _view.ReadInt64(0);

    public int Seed => _view.ReadInt32(8);

    public int Case => _view.ReadInt32(12);

    public void Clear() => Write(0, 0, -1);

    public void Begin(int seed, int caseIndex) => Write(Steps + 1, seed, caseIndex);

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }

    private void Write(long steps, int seed, int caseIndex)
    {
        _view.Write(8, seed);
        _view.Write(12, caseIndex);
        _view.Write(0, steps);
    }
}
