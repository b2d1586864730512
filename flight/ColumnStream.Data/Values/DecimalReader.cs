#pragma warning disable RS0030 // ADO.NET's decimals are System.Decimal; the engine's are not.
using System;
using System.Globalization;
using System.Numerics;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Data.Values;

/// <summary>Reads decimals of all widths; those of more than 28 digits as text.</summary>
internal sealed unsafe class DecimalReader(Field field, int ordinal) : StructReader<decimal>(field, ordinal)
{
    /// <inheritdoc/>
    public override decimal GetDecimal(int row) => Get(row);

    /// <inheritdoc/>
    public override double GetDouble(int row) => double.Parse(Print(row), CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override float GetFloat(int row) => float.Parse(Print(row), CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override long GetInt64(int row)
    {
        (BigInteger whole, BigInteger rest) = BigInteger.DivRem(Unscaled(row), BigInteger.Pow(10, Math.Max(Field.Type.Scale, 0)));
        return rest.IsZero && whole >= long.MinValue && whole <= long.MaxValue ? (long)whole : throw TooLarge(row, nameof(Int64));
    }

    /// <inheritdoc/>
    public override T GetAs<T>(int row) => typeof(T) == typeof(string) ? (T)(object)Print(row) : base.GetAs<T>(row);

    /// <inheritdoc/>
    protected override decimal Get(int row)
    {
        BigInteger unscaled = Unscaled(row);
        int scale = Field.Type.Scale;
        if (scale is >= 0 and <= 28 && BigInteger.Abs(unscaled).GetBitLength() <= 96)
        {
            Span<byte> bits = stackalloc byte[12];
            bits.Clear();
            BigInteger.Abs(unscaled).TryWriteBytes(bits, out _, isUnsigned: true);
            return new decimal(
                BitConverter.ToInt32(bits), BitConverter.ToInt32(bits[4..]), BitConverter.ToInt32(bits[8..]),
                unscaled.Sign < 0, (byte)scale);
        }

        // Zeros behind the last digit do not count: DECIMAL(38, 30) may hold 1.5.
        return decimal.TryParse(Print(row), NumberStyles.Number, CultureInfo.InvariantCulture, out decimal value)
            && Digits(value) == Digits(row)
            ? value
            : throw TooLarge(row, nameof(Decimal));
    }

    private static BigInteger Digits(decimal value)
    {
        int[] bits = decimal.GetBits(value);
        BigInteger digits = ((BigInteger)(uint)bits[2] << 64) | ((BigInteger)(uint)bits[1] << 32) | (uint)bits[0];
        return Trim(digits);
    }

    private BigInteger Digits(int row) => Trim(BigInteger.Abs(Unscaled(row)));

    private static BigInteger Trim(BigInteger digits)
    {
        while (!digits.IsZero && BigInteger.Remainder(digits, 10).IsZero)
        {
            digits /= 10;
        }

        return digits;
    }

    private BigInteger Unscaled(int row)
    {
        var array = (FixedWidthArray)Array!;
        return new BigInteger(new ReadOnlySpan<byte>(array.Pointer + ((long)row * array.ByteWidth), array.ByteWidth));
    }
}
