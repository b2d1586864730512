using ColumnStream.Testing.Formats;

namespace ColumnStream.Fuzz;

/// <summary>Feeds damaged CSV lines to the decoder and a naive reader; both must agree on every line.</summary>
public static class CsvFuzz
{
    public static FuzzReport Run(int seed, int count)
    {
        (int accepted, int refused) = CsvDifferential.Run(seed, count);
        return new FuzzReport(accepted + refused, accepted, refused);
    }
}
