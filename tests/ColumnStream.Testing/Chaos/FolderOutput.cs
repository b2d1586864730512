using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace ColumnStream.Testing.Chaos;

/// <summary>Reads parts in folders beside the script.</summary>
internal sealed class FolderOutput : JobOutput
{
    public override List<string> Rows(ChaosJob job, ShapeSink sink)
    {
        string folder = Path.Combine(job.Folder, sink.Name);
        string[] files = Directory.Exists(folder) ? Directory.GetFiles(folder) : [];
        return PartRows.Of(sink, files.Select(Path.GetFileName)!, name => File.ReadAllText(Path.Combine(folder, name)));
    }
}
