using System;
using System.Globalization;
using ColumnStream.Testing.Formats;
using Xunit;

namespace ColumnStream.Tests.Connectors.Formats;

/// <summary>Goal: the fast readers accept and give exactly what slow, independent readers do. Method: damaged lines.</summary>
public sealed class DifferentialTests
{
    private static readonly int Factor =
        int.TryParse(Environment.GetEnvironmentVariable("COLUMNSTREAM_FUZZ_FACTOR"), CultureInfo.InvariantCulture, out int factor) ? factor : 1;

    [Fact]
    public void Damaged_json_lines_read_as_the_platforms_reader_reads_them()
    {
        for (int seed = 1; seed <= 4 * Factor; seed++)
        {
            (int accepted, int refused) = JsonDifferential.Run(seed, 5_000);
            Assert.True(accepted > 5_000 * 0.3, $"{accepted} {refused}");
        }
    }

    [Fact]
    public void Damaged_csv_lines_read_as_a_naive_reader_reads_them()
    {
        for (int seed = 1; seed <= 4 * Factor; seed++)
        {
            (int accepted, int refused) = CsvDifferential.Run(seed, 4_000);
            Assert.True(accepted > 4_000 * 0.3, $"{accepted} {refused}");
        }
    }
}
