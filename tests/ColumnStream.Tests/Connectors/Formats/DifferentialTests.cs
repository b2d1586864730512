using System;
using System.Globalization;
using ColumnStream.Testing.Formats;
using Xunit;
using Xunit.Abstractions;

namespace ColumnStream.Tests.Connectors.Formats;

/// <summary>Goal: the fast readers accept and give exactly what slow, independent readers do. Method: damaged lines.</summary>
public sealed class DifferentialTests(ITestOutputHelper output)
{
    /// <summary>Lines of each format; a nightly run sets a million.</summary>
    private static readonly int Lines =
        int.TryParse(Environment.GetEnvironmentVariable("COLUMNSTREAM_FUZZ_LINES"), CultureInfo.InvariantCulture, out int lines) ? lines : 20_000;

    private const int LinesOfSeed = 5_000;

    [Fact]
    public void Damaged_json_lines_read_as_the_platforms_reader_reads_them() => Run(JsonDifferential.Run);

    [Fact]
    public void Damaged_csv_lines_read_as_a_naive_reader_reads_them() => Run(CsvDifferential.Run);

    private void Run(Func<int, int, (int Accepted, int Refused)> once)
    {
        int accepted = 0;
        int refused = 0;
        for (int seed = 1; accepted + refused < Lines; seed++)
        {
            (int good, int bad) = once(seed, LinesOfSeed);
            accepted += good;
            refused += bad;
        }

        output.WriteLine($"{accepted} accepted, {refused} refused");
        Assert.True(accepted > Lines * 0.3 && refused > Lines * 0.1, $"{accepted} {refused}");
    }
}
