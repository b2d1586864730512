using System.Globalization;
using ColumnStream.Compute.Expressions;

namespace ColumnStream.Compute.WindowFunctions;

/// <summary>Reads constants of calls as integers.</summary>
internal static class LiteralInteger
{
    /// <summary>Returns the value of an integer constant, or null for NULL.</summary>
    public static long? Read(LiteralExpression literal) =>
        long.TryParse(literal.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out long value) ? value : null;
}
