using ColumnStream.Testing.Formats;

namespace ColumnStream.Fuzz;

/// <summary>Feeds damaged JSON lines to the decoder and the platform's reader; both must agree on every line.</summary>
public static class JsonFuzz
{
    public static FuzzReport Run(int seed, int count)
    {
        (int accepted, int refused) = JsonDifferential.Run(seed, count);
        return new FuzzReport(accepted + refused, accepted, refused);
    }
}
