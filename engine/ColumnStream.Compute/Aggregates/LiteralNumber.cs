using System;
using System.Globalization;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Aggregates;

/// <summary>Reads constants of calls as numbers.</summary>
internal static class LiteralNumber
{
    /// <summary>Returns a numeric constant, which is not NULL, as binary64.</summary>
    public static double Read(LiteralExpression literal)
    {
        double value = double.Parse(literal.Value!, NumberStyles.Float, CultureInfo.InvariantCulture);
        return literal.Type.Id == SqlTypeId.Decimal ? value / Math.Pow(10, literal.Type.Scale) : value;
    }
}
