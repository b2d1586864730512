using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using ColumnStream.Testing.Oss;

namespace ColumnStream.Testing.Chaos;

/// <summary>Sends the sinks of jobs into an emulated bucket, a folder for each job.</summary>
public sealed partial class BucketOutput(OssEmulator emulator) : JobOutput
{
    /// <summary>Gets fewer than in a folder: each checkpoint takes dozens of requests.</summary>
    public override int MostHits => 4;

    public override string Prepare(ChaosJob job)
    {
        string script = PathOption().Replace(job.Shape.Script, $"'path' = 'oss://{OssEmulator.BucketName}/{Prefix(job)}$1'");
        return script != job.Shape.Script ? script : throw new InvalidDataException("The script has no path to change.");
    }

    public override List<string> Rows(ChaosJob job, ShapeSink sink)
    {
        string prefix = $"{Prefix(job)}{sink.Name}/";
        return PartRows.Of(
            sink, emulator.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).Select(k => k[prefix.Length..]),
            name => Encoding.UTF8.GetString(emulator.Content(prefix + name)));
    }

    private static string Prefix(ChaosJob job) => $"out/{Path.GetFileName(job.Folder)}/";

    [GeneratedRegex(@"'path'\s*=\s*'(\w+)'")]
    private static partial Regex PathOption();
}
