using System;
using System.IO;
using ColumnStream.Arrow.Memory;
using ColumnStream.Nexmark;
using ColumnStream.Nexmark.Adverse;
using ColumnStream.Nexmark.Checkpoints;

if (args is ["checkpoint", ..])
{
    return CheckpointBench.Run(args);
}

HarnessOptions? options = HarnessOptions.Parse(args);
if (options is null)
{
    Console.Error.WriteLine(HarnessOptions.Usage);
    return 2;
}

string folder = AppContext.BaseDirectory;
while (!File.Exists(Path.Combine(folder, "ColumnStream.sln")))
{
    folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("ColumnStream.sln not found.");
}

using var pool = new SizeClassPool();
using var allocator = new BufferAllocator("perf", pool);
if (options.Task == "adverse")
{
    AdverseRunner.Run(options, allocator);
    return 0;
}

using var harness = new Harness(options, Path.Combine(folder, "perf"), allocator);
return harness.Run() ? 0 : 1;
