using System.Collections.Generic;
using ColumnStream.Fuzz.Plants;
using ColumnStream.Testing.Formats;

namespace ColumnStream.Fuzz;

/// <summary>Watches the memory of a decoder of lines, and plays the planted bug that the run asks for.</summary>
internal sealed class LineWatch(FuzzRun run) : IDecodeWatch
{
    private long _usedBytes;

    public void Before(byte[] text, int chunk) => PlantedLines.Before(run.Plant, text, chunk);

    public void After(FormatHarness harness, byte[] text, List<string> rows)
    {
        PlantedLines.After(run.Plant, harness, text, rows);
        if (harness.Allocator.PeakBytes > FuzzRun.MostBytes)
        {
            throw run.Error($"Case took {harness.Allocator.PeakBytes} bytes of native memory.");
        }

        // A decoder keeps its block and columns under construction between texts, never more.
        const long mostKept = 1 << 20;
        if (harness.Allocator.UsedBytes > _usedBytes + mostKept)
        {
            throw run.Error($"Decoder keeps {harness.Allocator.UsedBytes} bytes, {_usedBytes} before.");
        }

        _usedBytes = harness.Allocator.UsedBytes;
    }
}
