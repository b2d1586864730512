using System;
using System.Globalization;

namespace ColumnStream.Compute.Kernels.Hash;

/// <summary>Holds the sum of rows' hashes: equal for equal multisets of rows, whatever their order.</summary>
/// <param name="Low">Sum of the mixed hashes.</param>
/// <param name="High">Sum of a second function of the same hashes.</param>
public readonly record struct RowSum(ulong Low, ulong High)
{
    /// <summary>Adds the rows of two sums.</summary>
    public static RowSum operator +(RowSum left, RowSum right) =>
        new(unchecked(left.Low + right.Low), unchecked(left.High + right.High));

    /// <summary>Takes away rows.</summary>
    public static RowSum operator -(RowSum left, RowSum right) =>
        new(unchecked(left.Low - right.Low), unchecked(left.High - right.High));

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(string? text, out RowSum sum)
    {
        sum = default;
        if (text is null || text.Length != 32
            || !ulong.TryParse(text.AsSpan(0, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong high)
            || !ulong.TryParse(text.AsSpan(16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong low))
        {
            return false;
        }

        sum = new RowSum(low, high);
        return true;
    }

    /// <summary>Returns 32 hexadecimal digits.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{High:x16}{Low:x16}");
}
