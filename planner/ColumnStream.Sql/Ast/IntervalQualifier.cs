namespace ColumnStream.Sql.Ast;

/// <summary>Is the unit of an interval: one unit, or a range such as <c>DAY(3) TO SECOND(6)</c>.</summary>
/// <param name="Start">The leading unit: year, quarter, month, week, day, hour, minute or second.</param>
/// <param name="StartPrecision">The digits of the leading field, when written.</param>
/// <param name="End">The last unit of a range, or null.</param>
/// <param name="FractionPrecision">The digits of the fraction of the second, when written.</param>
public sealed record IntervalQualifier(TimeUnit Start, int? StartPrecision, TimeUnit? End, int? FractionPrecision)
    : SqlNode
{
    /// <summary>Gets whether the interval counts months; otherwise it counts time.</summary>
    public bool IsYearMonth => Start is TimeUnit.Year or TimeUnit.Quarter or TimeUnit.Month;
}
