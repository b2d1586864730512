using System;
using System.Globalization;
using System.Text;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.Values;

namespace ColumnStream.Compute.Expressions;

/// <summary>Makes literals in canonical form from values and from the text that SQL writes.</summary>
public static class Literals
{
    /// <summary>Makes a NULL of a type.</summary>
    public static LiteralExpression Null(SqlType type) => new(null, type.WithNullable(true));

    /// <summary>Makes a BOOLEAN.</summary>
    public static LiteralExpression Bool(bool value) =>
        new(value ? "true" : "false", SqlType.Boolean.WithNullable(false));

    /// <summary>Makes a BIGINT.</summary>
    public static LiteralExpression Int64(long value) => Integer(value, SqlType.BigInt);

    /// <summary>Makes an INT.</summary>
    public static LiteralExpression Int32(int value) => Integer(value, SqlType.Integer);

    /// <summary>Makes an integer of a given type: any type whose column stores integers.</summary>
    public static LiteralExpression Integer(long value, SqlType type) =>
        new(value.ToString(CultureInfo.InvariantCulture), type.WithNullable(false));

    /// <summary>Makes a DOUBLE.</summary>
    public static LiteralExpression Double(double value) =>
        new(value.ToString("R", CultureInfo.InvariantCulture), SqlType.Double.WithNullable(false));

    /// <summary>Makes text as SQL types it: CHAR of its length in characters; the empty text is VARCHAR.</summary>
    public static LiteralExpression Text(string value)
    {
        int length = 0;
        foreach (Rune _ in value.EnumerateRunes())
        {
            length++;
        }

        return new(value, (length == 0 ? SqlType.String : SqlType.Char(length)).WithNullable(false));
    }

    /// <summary>Makes bytes.</summary>
    public static LiteralExpression Binary(ReadOnlySpan<byte> value) =>
        new(Convert.ToHexString(value),
            new SqlType(SqlTypeId.Binary, Nullable: false) { Length = Math.Max(1, value.Length) });

    /// <summary>Makes a decimal from an unscaled integer.</summary>
    public static LiteralExpression Decimal(Int128 unscaled, int precision, int scale) =>
        new(unscaled.ToString(CultureInfo.InvariantCulture), SqlType.Decimal(precision, scale).WithNullable(false));

    /// <summary>
    /// Reads an unsigned number as SQL does: 1 is INT (BIGINT, DECIMAL if large), 1.5 DECIMAL, 1E0 DOUBLE.
    /// </summary>
    /// <returns>Null when the text is no number or has more than 38 digits.</returns>
    public static LiteralExpression? Number(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        if (text.AsSpan().IndexOfAny('e', 'E') >= 0)
        {
            return NumberText.TryParse(utf8, out double value) ? Double(value) : null;
        }

        int point = text.IndexOf('.', StringComparison.Ordinal);
        if (point < 0 && NumberText.TryParse(utf8, out long integer))
        {
            return integer == (int)integer ? Int32((int)integer) : Int64(integer);
        }

        int precision = text.Length - (point < 0 ? 0 : 1);
        int scale = point < 0 ? 0 : text.Length - 1 - point;
        return precision is >= 1 and <= SqlType.MaxDecimalPrecision
            && DecimalText.TryParse(utf8, precision, scale, out Int128 unscaled)
                ? Decimal(unscaled, precision, scale) : null;
    }

    /// <summary>Reads the text of <c>DATE '…'</c>; null when it is no date.</summary>
    public static LiteralExpression? Date(string text) =>
        DateText.TryParse(Encoding.UTF8.GetBytes(text), out int days) ? Integer(days, SqlType.Date) : null;

    /// <summary>Reads the text of <c>TIME '…'</c>; the precision is the number of fraction digits, at most 3.</summary>
    public static LiteralExpression? Time(string text) =>
        TimeText.TryParse(Encoding.UTF8.GetBytes(text), out int millis)
            ? Integer(millis, SqlType.Time(Math.Min(3, FractionDigits(text)))) : null;

    /// <summary>Reads the text of <c>TIMESTAMP '…'</c>; the precision is the number of fraction digits.</summary>
    public static LiteralExpression? Timestamp(string text)
    {
        int precision = Math.Min(9, FractionDigits(text));
        return TimestampText.TryParse(Encoding.UTF8.GetBytes(text), UnitOf(precision), out long value)
            ? Integer(value, SqlType.Timestamp(precision)) : null;
    }

    /// <summary>Makes an interval of months.</summary>
    public static LiteralExpression Months(int months) =>
        Integer(months, new SqlType(SqlTypeId.IntervalYearMonth, Nullable: false));

    /// <summary>Makes an interval of milliseconds.</summary>
    public static LiteralExpression Millis(long millis) =>
        Integer(millis, new SqlType(SqlTypeId.IntervalDayTime, Nullable: false));

    /// <summary>
    /// Reads the text of an interval: <c>'5' SECOND</c>, <c>'1-2' YEAR TO MONTH</c>, <c>'1 10:00:00.5' DAY TO
    /// SECOND</c>.
    /// </summary>
    /// <param name="text">The quoted text; a sign may stand in front.</param>
    /// <param name="from">The first unit: YEAR, QUARTER, MONTH, WEEK, DAY, HOUR, MINUTE, SECOND.</param>
    /// <param name="to">The last unit, or null when there is one only.</param>
    /// <returns>Null when the text does not fit the units.</returns>
    public static LiteralExpression? Interval(string text, string from, string? to) =>
        IntervalText.Parse(text, from, to);

    private static TimeUnit UnitOf(int precision) =>
        precision <= 3 ? TimeUnit.Millisecond : precision <= 6 ? TimeUnit.Microsecond : TimeUnit.Nanosecond;

    private static int FractionDigits(string text)
    {
        int point = text.IndexOf('.', StringComparison.Ordinal);
        return point < 0 ? 0 : text.AsSpan().Trim().Length - point - 1;
    }
}
